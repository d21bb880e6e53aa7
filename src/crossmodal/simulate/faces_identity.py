"""Who a simulated face belongs to: proportions and colours drawn once per actor."""

from dataclasses import dataclass

import numpy as np

# Trait: (mean, SD, offset of women in SD). Lengths are in half face heights (hairline to chin).
# ASSUME: sexual dimorphism of jaw, brows, lips and hair is enough to tell gender from a face.
TRAITS: dict[str, tuple[float, float, float]] = {
    "face_width": (0.80, 0.045, -0.8),
    "jaw_width": (0.66, 0.07, -1.2),
    "eye_distance": (0.36, 0.022, 0.0),
    "eye_width": (0.165, 0.014, 0.8),
    "eye_height": (-0.10, 0.03, 0.0),
    "brow_height": (0.21, 0.02, 0.8),
    "brow_thickness": (0.050, 0.012, -1.5),
    "nose_length": (0.44, 0.04, 0.0),
    "nose_width": (0.15, 0.022, -0.8),
    "mouth_width": (0.29, 0.03, 0.0),
    "mouth_height": (0.56, 0.025, 0.0),
    "lip_fullness": (0.060, 0.014, 1.2),
    "skin_lightness": (0.72, 0.13, 0.0),
    "hair_lightness": (0.30, 0.22, 0.0),
    "hair_length": (0.30, 0.12, 5.0),
}


@dataclass(frozen=True)
class FaceIdentity:
    """Standard scores of all TRAITS of one actor, and the values they stand for."""

    scores: dict[str, float]
    is_female: bool

    def value(self, trait: str) -> float:
        """The trait in the unit of TRAITS."""
        mean, sd, _ = TRAITS[trait]
        return mean + sd * self.scores[trait]

    @property
    def skin_rgb(self) -> np.ndarray:
        """float32 (3,), 0–255."""
        return 255 * self.value("skin_lightness") * np.float32([1.0, 0.80, 0.68])

    @property
    def hair_rgb(self) -> np.ndarray:
        """float32 (3,), 0–255."""
        lightness = np.clip(self.value("hair_lightness"), 0.06, 0.75)
        return 255 * lightness * np.float32([1.0, 0.80, 0.58])


def draw_identity(actor: int, seed: int) -> FaceIdentity:
    """Traits of one actor, independent of how many other actors there are."""
    rng = np.random.default_rng([seed, actor, 1])
    is_female = actor % 2 == 0
    scores = {
        trait: float(rng.uniform(-1.7, 1.7) + is_female * women_offset)
        for trait, (_, _, women_offset) in TRAITS.items()
    }
    return FaceIdentity(scores, is_female)
