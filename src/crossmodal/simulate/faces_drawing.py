"""Draw a face: polygons on a supersampled canvas, shaded so that a face detector finds it.

Positions are in half face heights from the middle of the face, x to the right, y down:
hairline at y = -1, chin at y = +1.
"""

import cv2
import numpy as np

from crossmodal.simulate.faces_identity import FaceIdentity
from crossmodal.simulate.faces_motion import ACTION_UNITS, FaceMotion

SUPERSAMPLING = 2
FRACTION_BITS = 4  # of OpenCV's fixed-point coordinates
FACE_HALF_HEIGHT = 0.30  # of the frame's height
WHITE = np.float32([238, 234, 230])


class FacePainter:
    """Draws frames of one actor.

    Parameters
    ----------
    identity : the actor's traits
    width_px, height_px : size of the frames
    """

    def __init__(self, identity: FaceIdentity, width_px: int, height_px: int) -> None:
        self.identity, self.size = identity, (width_px, height_px)
        shape = (height_px * SUPERSAMPLING, width_px * SUPERSAMPLING)
        self.centre = np.array([shape[1] / 2, shape[0] * 0.52])
        self.unit_px = FACE_HALF_HEIGHT * shape[0]
        self.skin = identity.skin_rgb
        self.lip = self.skin * np.float32(
            [0.80, 0.52, 0.55] if identity.is_female else [0.80, 0.66, 0.64]
        )
        self._shading = self._shade(shape)
        self._behind = self._draw_behind(shape)
        self._shaded_skin = np.uint8(np.clip(self._shading * self.skin, 0, 255))
        self._canvas = self._behind

    def paint(self, motion: FaceMotion, frame: int) -> np.ndarray:
        """One frame of a motion.

        Returns
        -------
        uint8 (row, col, 3), RGB
        """
        units = dict(zip(ACTION_UNITS, motion.action_units[frame], strict=True))
        self._canvas = self._behind.copy()
        opening = 0.13 * motion.speech_opening[frame] + 0.24 * units[26]
        opening *= 1 - 0.5 * units[24]
        self._draw_head(opening)
        self._draw_folds(units)
        for side in (-1, 1):
            self._draw_eye(side, units, motion.eye_closure[frame])
            self._draw_brow(side, units)
        self._draw_nose(units)
        self._draw_mouth(units, opening)
        self._draw_fringe()
        return self._photograph(motion.head_pose[frame])

    def _pixels(self, points: np.ndarray) -> np.ndarray:
        """Positions (n, 2) -> OpenCV's fixed-point pixels, int32 (n, 2)."""
        pixels = self.centre + self.unit_px * np.asarray(points, dtype=np.float64)
        return np.rint(pixels * 2**FRACTION_BITS).astype(np.int32)

    def _fill(self, points: np.ndarray, rgb: np.ndarray) -> None:
        colour = tuple(map(float, rgb))
        cv2.fillPoly(self._canvas, [self._pixels(points)], colour, cv2.LINE_AA, FRACTION_BITS)

    def _line(self, points: np.ndarray, rgb: np.ndarray, width: float) -> None:
        """An open line ``width`` half face heights wide."""
        thickness = max(1, round(width * self.unit_px))
        cv2.polylines(
            self._canvas, [self._pixels(points)], False, tuple(map(float, rgb)), thickness,
            cv2.LINE_AA, FRACTION_BITS,
        )  # fmt: skip

    def _shade(self, shape: tuple[int, int]) -> np.ndarray:
        """Light from the upper left on an egg-shaped head, float32 (row, col, 1)."""
        rows, columns = np.indices(shape, dtype=np.float32)
        x = (columns - self.centre[0]) / self.unit_px / self.identity.value("face_width")
        y = (rows - self.centre[1]) / self.unit_px
        depth = np.sqrt(np.clip(1.15 - 0.85 * x**2 - 0.55 * y**2, 0.03, None))
        light = 0.52 + 0.50 * depth - 0.06 * x - 0.07 * y
        for eye_x in (-1, 1):  # orbits lie deeper
            distance = ((x - eye_x * 0.46) / 0.30) ** 2 + ((y + 0.13) / 0.15) ** 2
            light -= 0.13 * np.exp(-distance)
        light += 0.09 * np.exp(-((x / 0.10) ** 2) - ((y - 0.12) / 0.22) ** 2)
        light -= 0.08 * np.exp(-((x / 0.25) ** 2) - ((y - 0.78) / 0.05) ** 2)
        return light[:, :, None].astype(np.float32)

    def _draw_behind(self, shape: tuple[int, int]) -> np.ndarray:
        """Background, shoulders, neck and the hair that hangs behind the face."""
        rows = np.linspace(214, 186, shape[0], dtype=np.float32)[:, None, None]
        self._canvas = np.ascontiguousarray(np.broadcast_to(rows, (*shape, 3)).astype(np.uint8))
        width = self.identity.value("face_width")
        length = self.identity.value("hair_length")
        self._fill(_ellipse((0, -0.12), (width * 1.16, 1.10)), self.identity.hair_rgb)
        if length > 0.6:
            hang = np.array([[-1.16, -0.2], [1.16, -0.2], [1.2, length], [-1.2, length]])
            self._fill(hang * [width, 1], self.identity.hair_rgb * 0.92)
        self._fill(np.array([[-0.4, 0.5], [0.4, 0.5], [0.46, 1.5], [-0.46, 1.5]]), self.skin * 0.62)
        self._fill(_ellipse((0, 2.15), (1.75, 0.85)), np.float32([58, 58, 64]))
        for side in (-1, 1):
            self._fill(_ellipse((side * width, 0.02), (0.10, 0.20)), self.skin * 0.74)
        return self._canvas

    def _draw_head(self, opening: float) -> None:
        """Skin inside the outline of the head; an open mouth lowers the chin."""
        angle = np.linspace(0, 2 * np.pi, 73)
        x, y = np.cos(angle), np.sin(angle)
        lower = np.clip(y, 0, 1)
        width = self.identity.value("face_width")
        narrowing = 1 - (1 - self.identity.value("jaw_width") / width) * lower**2
        squareness = np.sign(x) * np.abs(x) ** 0.85
        outline = np.column_stack(
            [squareness * width * narrowing, y * (1 + 0.35 * opening * lower)]
        )
        mask = np.zeros(self._canvas.shape[:2], np.uint8)
        cv2.fillPoly(mask, [self._pixels(outline)], 255, cv2.LINE_8, FRACTION_BITS)
        cv2.copyTo(self._shaded_skin, mask, self._canvas)

    def _draw_folds(self, units: dict[int, float]) -> None:
        """Wrinkles: nasolabial (AU 6, 9, 10, 12), between (4) and above (1, 2) brows, chin (17)."""
        mouth_y = self.identity.value("mouth_height")
        fold = min(1.0, 0.8 * max(units[12], units[10], units[9]) + 0.2 * units[6])
        for side in (-1, 1):
            points = [[0.20, 0.26], [0.33, 0.40], [0.40, mouth_y + 0.02]]
            self._wrinkle(np.array(points) * [side, 1], fold, 0.03)
            bridge = np.array([[0.035, -0.36], [0.045, -0.20]]) * [side, 1]
            self._wrinkle(bridge, max(units[4], 0.6 * units[9]), 0.03)
            cheek = np.array([[0.20, 0.12], [0.36, 0.15], [0.50, 0.08]]) * [side, 1]
            self._wrinkle(cheek, 0.8 * units[6], 0.03)
            side_of_nose = np.array([[0.05, 0.02], [0.13, -0.05]]) * [side, 1]
            self._wrinkle(side_of_nose, units[9], 0.025)
        for y in (-0.62, -0.53):
            x = np.linspace(-0.42, 0.42, 9)
            self._wrinkle(np.column_stack([x, y + 0.05 * x**2]), 0.8 * min(units[1], 1), 0.02)
        chin = np.array([[-0.14, 0.82], [0.0, 0.78], [0.14, 0.82]])
        self._wrinkle(chin, units[17], 0.03)

    def _wrinkle(self, points: np.ndarray, strength: float, width: float) -> None:
        if strength > 0.15:
            self._line(points, self.skin * (0.90 - 0.30 * strength), width)

    def _draw_eye(self, side: int, units: dict[int, float], closure: float) -> None:
        """Almond with iris, pupil and highlight; AU 5 opens, AU 6 and 7 narrow it."""
        value = self.identity.value
        x0, y0, half_width = side * value("eye_distance"), value("eye_height"), value("eye_width")
        upper = 0.075 * (1 + 0.75 * units[5] - 0.40 * units[7] - 0.15 * units[6]) * (1 - closure)
        lower = 0.050 * (1 - 0.55 * units[7] - 0.65 * units[6] + 0.2 * units[5]) * (1 - closure)
        across = np.linspace(-1, 1, 15)
        arc = 1 - across**2
        lid = np.column_stack([x0 + half_width * across, y0 - upper * arc])
        rim = np.column_stack([x0 + half_width * across, y0 + max(lower, 0.004) * arc])
        self._fill(np.concatenate([lid, rim[::-1]]), WHITE)
        for radius, rgb in ((0.075, np.float32([84, 62, 44])), (0.036, np.float32([12, 10, 10]))):
            circle = _ellipse((x0, y0 - 0.01), (radius, radius))
            height = 1 - ((circle[:, 0] - x0) / half_width) ** 2
            circle[:, 1] = np.clip(circle[:, 1], y0 - upper * height, y0 + lower * height)
            self._fill(circle, rgb)
        if closure < 0.5:
            self._fill(_ellipse((x0 - 0.025, y0 - 0.03), (0.013, 0.013)), WHITE)
        self._line(lid, np.float32([38, 26, 22]), 0.030 if self.identity.is_female else 0.022)
        self._line(rim, self.skin * 0.58, 0.012)
        self._line(lid - [0, 0.045 - 0.02 * units[4]], self.skin * 0.62, 0.012)

    def _draw_brow(self, side: int, units: dict[int, float]) -> None:
        """AU 1 lifts the inner, AU 2 the outer half; AU 4 lowers and draws them together."""
        value = self.identity.value
        x0 = value("eye_distance")
        along = np.linspace(0, 1, 9)
        inner_x = x0 - 0.20 - 0.05 * units[4]
        x = inner_x + (x0 + 0.22 - inner_x) * along
        rest = value("eye_height") - value("brow_height") - 0.05 * np.sin(np.pi * along)
        lift = 0.13 * units[1] * (1 - along) + 0.13 * units[2] * along
        sink = (0.12 * units[4] + 0.06 * units[9]) * (1 - 0.75 * along)
        y = rest - lift + sink
        half = value("brow_thickness") * (0.62 - 0.40 * along)
        brow = np.concatenate(
            [np.column_stack([x, y - half]), np.column_stack([x, y + half])[::-1]]
        )
        self._fill(brow * [side, 1], self.identity.hair_rgb * 0.72)

    def _draw_nose(self, units: dict[int, float]) -> None:
        """Shaded side, wings and nostrils; AU 9 and 10 pull the wings up."""
        value = self.identity.value
        width, raised = value("nose_width"), 0.05 * units[9] + 0.02 * units[10]
        tip = value("eye_height") + value("nose_length") - raised
        self._line(np.array([[0.05, -0.12], [0.075, tip - 0.15]]), self.skin * 0.82, 0.035)
        under = np.array([[-width, tip - 0.03], [0, tip + 0.045], [width, tip - 0.03]])
        self._line(under, self.skin * 0.66, 0.03)
        for side in (-1, 1):
            nostril = _ellipse((side * width * 0.50, tip + 0.005), (width * 0.26, 0.026))
            self._fill(nostril, self.skin * 0.30)
            wing = np.array([[1.0, -0.09], [1.18, -0.03], [0.95, 0.02]])
            self._line(wing * [side * width, 1] + [0, tip], self.skin * 0.62, 0.02)

    def _draw_mouth(self, units: dict[int, float], opening: float) -> None:
        """Lips round a dark opening with teeth; corners move by AU 12, 15, 20, 24 and 26."""
        value = self.identity.value
        stretch = 1 + 0.26 * units[12] + 0.30 * units[20] - 0.16 * units[24] - 0.20 * units[26]
        x = value("mouth_width") * stretch * np.linspace(-1, 1, 17)
        across = np.linspace(-1, 1, 17)
        arc = (1 - across**2) ** 0.7
        corner = -0.12 * units[12] + 0.11 * units[15] + 0.035 * units[20]
        middle = value("mouth_height") - 0.03 * units[17] + corner * across**2
        lips = value("lip_fullness") * (1 - 0.65 * units[24])
        snarl = 0.09 * units[10]
        bite = 0.030 * max(units[12], units[20])  # a broad smile bares the teeth
        inner_top = middle - (0.12 * opening + 0.8 * snarl + 0.2 * bite) * arc
        inner_low = middle + (0.88 * opening + bite) * arc
        bow = 1 - 0.22 * np.exp(-((across / 0.16) ** 2))
        outer_top = inner_top - (lips * bow + 0.35 * snarl) * arc
        outer_low = inner_low + lips * 1.25 * arc
        self._fill(_loop(x, outer_top, outer_low), self.lip)
        self._fill(_loop(x, inner_top, inner_low), np.float32([46, 16, 18]))
        biting_edge = inner_top[len(x) // 2] + 0.05
        teeth = np.clip(biting_edge, inner_top, inner_low)
        self._fill(_loop(x, inner_top, teeth), WHITE * 0.94)
        self._line(np.column_stack([x, inner_top]), self.lip * 0.45, 0.014)
        shadow = np.column_stack([x, outer_low + 0.05])[5:-5]
        self._line(shadow, self.skin * 0.78, 0.03)

    def _draw_fringe(self) -> None:
        """Hair in front of the forehead; long hair also frames the cheeks."""
        width, hair = self.identity.value("face_width"), self.identity.hair_rgb
        length = self.identity.value("hair_length")
        x = np.linspace(-1, 1, 21)
        part = 0.35 if length > 0.6 else 0.12
        hairline = -0.98 + part * np.abs(x) ** 1.6 + 0.10
        top = -1.30 * np.sqrt(np.clip(1 - 0.62 * x**2, 0, 1))
        self._fill(_loop(x * width * 1.06, top, hairline), hair)
        for side in (-1, 1):
            end = 0.75 if length > 0.6 else -0.15
            lock = np.array([[0.88, -0.80], [1.05, -0.62], [1.14, -0.2], [1.14, end], [0.98, end]])
            self._fill(lock * [side * width, 1], hair * 0.95)
        shine = np.column_stack([x * width * 0.6, -1.12 + 0.2 * x**2])
        self._line(shine, hair * 1.25 + 8, 0.05)

    def _photograph(self, pose: np.ndarray) -> np.ndarray:
        """Move the head, then average the supersampled pixels: uint8 (row, col, 3)."""
        right, down, roll_deg, scale = pose
        matrix = cv2.getRotationMatrix2D(tuple(map(float, self.centre)), roll_deg, scale)
        matrix[:, 2] += np.array([right, down]) * self.unit_px
        size = (self._canvas.shape[1], self._canvas.shape[0])
        moved = cv2.warpAffine(self._canvas, matrix, size, borderMode=cv2.BORDER_REPLICATE)
        return cv2.resize(moved, self.size, interpolation=cv2.INTER_AREA)


def _ellipse(centre: tuple[float, float], radii: tuple[float, float]) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    return np.column_stack([np.cos(angle), np.sin(angle)]) * radii + centre


def _loop(x: np.ndarray, top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """Closed polygon between two curves."""
    return np.concatenate([np.column_stack([x, top]), np.column_stack([x, bottom])[::-1]])
