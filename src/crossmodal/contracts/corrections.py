"""What p-values of maps are corrected over."""

# Name -> the map of max-T's p, and what it is corrected over, in words.
CORRECTIONS = {
    "voxels": ("p_fwe", "voxels"),
    "layers": ("p_fwe_all", "voxels and layers"),
    "study": ("p_fwe_study", "voxels, layers and model sets"),
}
