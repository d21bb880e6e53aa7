"""Contact sheet: what the networks get to see and hear of some clips."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from crossmodal.contracts.clips import Clip
from crossmodal.contracts.mel_scale import mel_frequencies_hz
from crossmodal.figures.style import (
    ARM_COLOURS,
    MISSING_COLOUR,
    RDM_MAP,
    SMALL_FONT_PT,
    size_mm,
)

DYNAMIC_RANGE_DB = 60
FREQUENCY_TICKS_HZ = (500, 1000, 2000, 4000, 8000)
WIDTH_MM, MARGIN_TOP_MM, MARGIN_BOTTOM_MM = 180, 6, 5
LABEL_MM, CROP_MM, MEL_MM, SCORE_MM, GAP_MM, BAR_MM = 26, 15, 24, 2.6, 6, 11


def choose_spread(stimulus_ids: Sequence[str], n_clips: int) -> list[str]:
    """At most ``n_clips`` ids, evenly spread over the sorted list from first to last."""
    count = min(n_clips, len(stimulus_ids))
    chosen = np.linspace(0, len(stimulus_ids) - 1, count).round().astype(int)
    return [stimulus_ids[index] for index in chosen]


def clip_label(stimulus_id: str, labels: Mapping[str, str]) -> str:
    """Name and labels of a clip in four lines; what its name does not tell is left out."""
    told = {key: value for key, value in labels.items() if value not in ("n/a", "unknown")}
    who = f"actor {told['identity']}" if "identity" in told else ""
    who = ", ".join(filter(None, [who, told.get("gender", "")]))
    emotion = ", ".join(filter(None, [told.get("emotion", ""), told.get("intensity", "")]))
    sentence = f"“{told['sentence']}”" if told.get("sentence", stimulus_id) != stimulus_id else ""
    return "\n".join(filter(None, [stimulus_id, emotion, who, sentence]))


def draw_contact_sheet(
    clips: Sequence[Clip], labels: Sequence[str], n_frames: int, mel_duration_s: float
) -> Figure:
    """One row per clip: label, ``n_frames`` crops over time, mel image.

    Parameters
    ----------
    clips : from the stimuli stage; a missing modality is shown as missing
    labels : one per clip, lines divided by newlines
    mel_duration_s : duration that ``mel_power`` covers
    """
    crop_mm = min(CROP_MM, (WIDTH_MM - LABEL_MM - GAP_MM - MEL_MM - BAR_MM) / n_frames - 0.6)
    row_mm = crop_mm + SCORE_MM + 1
    height_mm = MARGIN_TOP_MM + MARGIN_BOTTOM_MM + len(clips) * row_mm
    figure = plt.figure(figsize=size_mm(WIDTH_MM, height_mm))
    mel_left_mm = LABEL_MM + n_frames * (crop_mm + 0.6) + GAP_MM
    mel_mm = WIDTH_MM - mel_left_mm - BAR_MM
    image = None
    for row, (clip, label) in enumerate(zip(clips, labels, strict=True)):
        bottom_mm = height_mm - MARGIN_TOP_MM - (row + 1) * row_mm + SCORE_MM
        place = _placer(figure, height_mm, bottom_mm, crop_mm)
        _write_label(figure, label, (1 / WIDTH_MM, (bottom_mm + crop_mm) / height_mm))
        _draw_crops([place(LABEL_MM + i * (crop_mm + 0.6), crop_mm) for i in range(n_frames)], clip)
        axes = place(mel_left_mm, mel_mm)
        image = _draw_mel(axes, clip, mel_duration_s, row == len(clips) - 1) or image
    _write_headings(figure, height_mm, mel_left_mm)
    if image is not None:
        _draw_bar(figure, image, height_mm, row_mm + crop_mm)
    return figure


def _draw_bar(figure: Figure, image: AxesImage, height_mm: float, bar_mm: float) -> None:
    """Colour bar of the mel images, as tall as the last rows, at the right edge."""
    left, bottom = 1 - (BAR_MM - 3) / WIDTH_MM, (MARGIN_BOTTOM_MM + SCORE_MM) / height_mm
    bar = figure.add_axes((left, bottom, 1.6 / WIDTH_MM, bar_mm / height_mm))
    figure.colorbar(image, cax=bar).outline.set_visible(False)
    bar.tick_params(labelsize=SMALL_FONT_PT - 1, length=1.5, width=0.4, pad=1)
    bar.set_title("dB re.\nclip’s\nmaximum", fontsize=SMALL_FONT_PT - 1, loc="left", pad=3)


def _placer(figure: Figure, height_mm: float, bottom_mm: float, row_mm: float):
    """A function (left in mm, width in mm) -> new axes in one row."""

    def place(left_mm: float, width_mm: float) -> Axes:
        return figure.add_axes(
            (
                left_mm / WIDTH_MM,
                bottom_mm / height_mm,
                width_mm / WIDTH_MM,
                row_mm / height_mm,
            )
        )

    return place


def _write_label(figure: Figure, label: str, position: tuple[float, float]) -> None:
    first, _, rest = label.partition("\n")
    figure.text(*position, first, va="top", fontsize=SMALL_FONT_PT, fontweight="bold")
    figure.text(*position, f"\n{rest}", va="top", fontsize=SMALL_FONT_PT, linespacing=1.35)


def _write_headings(figure: Figure, height_mm: float, mel_left_mm: float) -> None:
    y = 1 - (MARGIN_TOP_MM - 2) / height_mm
    face = "Face crops; time in clip and score of the face detector (–: box interpolated)"
    figure.text(LABEL_MM / WIDTH_MM, y, face, color=ARM_COLOURS["visual"])
    figure.text(mel_left_mm / WIDTH_MM, y, "Mel image (kHz)", color=ARM_COLOURS["auditory"])


def _draw_crops(places: Sequence[Axes], clip: Clip) -> None:
    frames = np.array([])
    if clip.has_video:
        frames = spread_frames(clip.detection_score, len(places))
    for slot, axes in enumerate(places):
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        if slot >= len(frames):
            continue
        frame = frames[slot]
        axes.imshow(clip.video_rgb[frame], aspect="auto", interpolation="lanczos")
        score = clip.detection_score[frame]
        text = "–" if np.isnan(score) else f"{score:.1f}"
        axes.set_xlabel(
            f"{frame / clip.frame_rate_hz:.1f} s   {text}", fontsize=SMALL_FONT_PT - 1, labelpad=1.5
        )
    if not clip.has_video:
        places[0].text(0, 0.5, "no video", color=MISSING_COLOUR, va="center")


def spread_frames(detection_score: np.ndarray, n_frames: int) -> np.ndarray:
    """Frames evenly spread over a clip, each moved to the nearest one that has a score.

    Parameters
    ----------
    detection_score : float32 (frame,), NaN where the box was interpolated

    Returns
    -------
    int (at most n_frames,), increasing
    """
    wanted = np.linspace(0, len(detection_score) - 1, n_frames).round().astype(int)
    scored = np.flatnonzero(np.isfinite(detection_score))
    nearest = scored[np.abs(scored[None, :] - wanted[:, None]).argmin(axis=1)]
    distance = np.abs(nearest - wanted)
    spacing = (len(detection_score) - 1) / max(1, n_frames - 1)
    return np.unique(np.where(distance < spacing / 2, nearest, wanted))


def _draw_mel(axes: Axes, clip: Clip, duration_s: float, has_axis: bool) -> AxesImage | None:
    """Power in dB; the padding after the end of the sound is faded."""
    if not clip.has_audio:
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        axes.text(0.5, 0.5, "no sound", color="#777777", ha="center", va="center")
        return None
    n_mels = len(clip.mel_power)
    maximum = max(float(clip.mel_power.max()), np.finfo(np.float32).tiny)
    floor = 10 ** (-DYNAMIC_RANGE_DB / 10)
    level_db = 10 * np.log10(np.maximum(clip.mel_power / maximum, floor))
    image = axes.imshow(
        level_db, origin="lower", aspect="auto", cmap=RDM_MAP, vmin=-DYNAMIC_RANGE_DB, vmax=0,
        extent=(0, duration_s, 0, n_mels),
    )  # fmt: skip
    sound_s = len(clip.audio) / clip.sample_rate_hz
    if sound_s < duration_s - 0.05:
        axes.axvspan(sound_s, duration_s, facecolor="white", alpha=0.85)
    centres_hz = mel_frequencies_hz(n_mels + 2, clip.sample_rate_hz / 2)[1:-1]
    ticks = [hz for hz in FREQUENCY_TICKS_HZ if hz <= centres_hz[-1]]
    axes.set_yticks(np.interp(ticks, centres_hz, np.arange(n_mels) + 0.5))
    axes.set_yticklabels([f"{hz / 1000:g}" for hz in ticks], fontsize=SMALL_FONT_PT - 1)
    axes.set_xticks(np.arange(0, duration_s + 1e-9))
    axes.set_xticklabels(
        [f"{s:g} s" for s in axes.get_xticks()] if has_axis else [], fontsize=SMALL_FONT_PT
    )
    axes.tick_params(length=1.5, width=0.4, pad=1.5)
    axes.spines[:].set_linewidth(0.4)
    return image
