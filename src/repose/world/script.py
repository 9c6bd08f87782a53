"""A script of what a person does and when: postures, hands, gaze; performed as the points of the body.

Legend: T frames, sides 0 right and 1 left, seconds from the start. A script is written in its own place and
heading; where it is performed is chosen last.
"""

from collections.abc import Sequence

import numpy as np

from repose.world.body import Subject, standing_mm
from repose.world.frames import Array, smooth_step, yaw
from repose.world.gait import Gait, Manner, walk
from repose.world.places import HANG, MODEL_HEIGHT_MM, Place, way_round
from repose.world.posing import OUT, Controls, pose
from repose.world.postures import STRAIGHT, Leg, Posture
from repose.world.tracks import Track, hold, sway

HERTZ = 50.0


class Script:
    """Tracks of root, pelvis, back, gaze, both legs and both arms."""

    def __init__(self, subject: Subject, draw: np.random.Generator, frames: int) -> None:
        self.subject, self.draw, self.frames = subject, draw, frames
        self.seconds = np.arange(frames) / HERTZ
        self.k = subject.height_mm / MODEL_HEIGHT_MM
        self.end = frames / HERTZ
        self.spot, self.heading = np.zeros(2), 0.0
        self.root, self.pelvis = Track([0.0, 0.0, STRAIGHT]), Track([0.0, 0.0, 0.0])
        self.back, self.gaze = Track([0.0, 0.0, 0.0]), Track([0.0, 0.0, 0.0])
        self.legs = [Track(np.zeros(7)) for _ in range(2)]
        self.rise = Track(0.0)
        self.lifts = [Track(0.0) for _ in range(2)]
        hang = HANG.vector(subject.height_mm)
        self.arms = [Track(hang), Track(hang)]
        self.held = [HANG, HANG]
        self.shakes: list[tuple[int, float, float, Array, float]] = []
        self.walking: Manner | None = None
        self.swing = [1.0, 1.0]  # of the arms in walking
        self.posture: Posture | None = None
        self.main = int(draw.random() < subject.style["left_handed"])  # the hand that does things
        self.pace = 1.0 / subject.style["tempo"]

    def _set(self, track: Track, start: float, last: float, value: Array | list[float]) -> None:
        """A movement; at or before the first second, the value to begin with."""
        if start <= 0:
            track.values[-1] = np.asarray(value, dtype=np.float64)
        else:
            track.to(start, last * self.pace, value)

    def settle(
        self, start: float, last: float, posture: Posture, steps: bool = False, keep: bool = False
    ) -> None:
        """Take a posture; with `steps` the feet are lifted one after the other, with `keep` they stay put."""
        if keep and self.posture is not None:
            shift = np.mean([leg.at[0] for leg in self.posture.legs]) - np.mean(
                [leg.at[0] for leg in posture.legs]
            )
            self.spot = self.spot + self.k * shift * np.array([np.cos(self.heading), np.sin(self.heading)])
        if start > 0 and self.posture is not None and {"heels"} & {*posture.tags, *self.posture.tags}:
            half = last * self.pace / 2  # off the heels before the feet can move
            self.rise.to(start, half, 190.0 * self.k).to(start + half, half, 0.0)
        self.posture = posture
        turn = yaw(self.heading)[:2, :2]
        place = self.spot + self.k * turn @ np.array(posture.shift)
        sole = standing_mm(self.subject) / (STRAIGHT * self.k)  # legs longer or shorter than the model's
        height = posture.height * self.k * (sole if posture.height > 0.7 * STRAIGHT else 1.0)
        self._set(self.root, start, last, [*place, height])
        side, lean = np.deg2rad(posture.pelvis)
        self._set(self.pelvis, start, last, [side, lean, self.heading])
        self._set(self.back, start, last, np.deg2rad(posture.back).tolist())
        for index, leg in enumerate(posture.legs):
            begin, long = (start + 0.5 * last * index * self.pace, 0.5 * last) if steps else (start, last)
            self._set(self.legs[index], begin, long, self._leg(index, leg))
            if steps and start > 0:
                half = long * self.pace / 2
                self.lifts[index].to(begin, half, 55.0 * self.k).to(begin + half, half, 0.0)

    def _leg(self, index: int, leg: Leg) -> Array:
        """The seven numbers of a leg's track: place (3), yaw and dip of the foot, knee, loose."""
        forward, out, up = leg.at
        flat = self.spot + self.k * yaw(self.heading)[:2, :2] @ np.array([forward, OUT[index] * out])
        toe_out = leg.toe_out + self.subject.style["toe_out_deg"] - 8.0
        angle = self.heading + OUT[index] * np.deg2rad(toe_out)
        return np.array([*flat, up * self.k, angle, np.deg2rad(leg.dip), np.deg2rad(leg.knee), leg.loose])

    def turn_to(self, heading: float, spot: Array | None = None) -> None:
        """Where the next posture is taken."""
        self.heading = heading
        self.spot = self.spot if spot is None else np.asarray(spot, dtype=np.float64)

    def arm(self, side: int, start: float, last: float, place: Place) -> None:
        """Bring a hand to a place."""
        place = place.near(self.draw, self.subject.style["reach"])
        by, least = way_round(self.held[side], place) if start > 0 else (None, last)
        last = max(last, least)
        self.held[side] = place
        if by is not None:  # both movements overlap in time, so the hand does not stop on its way
            self._set(self.arms[side], start, 0.75 * last, self._arm(by))
            start += 0.45 * last * self.pace
        self._set(self.arms[side], start, last, self._arm(place))

    def _arm(self, place: Place) -> Array:
        vector = place.vector(self.subject.height_mm)
        vector[16] += np.deg2rad(self.subject.style["elbow_deg"]) * (place.frame == "shoulder")
        return vector

    def lean_on(self, side: int, start: float, last: float, forward: float, out: float) -> None:
        """Put a hand flat on the floor, mm from below the pelvis."""
        flat = self.spot / self.k + yaw(self.heading)[:2, :2] @ np.array([forward, OUT[side] * out])
        spot = (float(flat[0]), float(flat[1] * OUT[side]), 55.0)
        self.arm(side, start, last, Place("floor", spot, thumb=70, fold=-75, spread=0))

    def hands(self, start: float, last: float, place: Place) -> None:
        """Bring both hands to a place."""
        for side in range(2):
            self.arm(side, start, last, place)

    def shake(
        self, side: int, start: float, stop: float, path: Sequence[float] | Array, hertz: float
    ) -> None:
        """Move a hand to and fro by `path` (forward, out, up in mm) about its place."""
        self.shakes.append((side, start, stop, np.array(path, dtype=np.float64), hertz))

    def look(
        self, start: float, last: float, turn_deg: float = 0.0, down_deg: float = 0.0, tilt_deg: float = 0.0
    ) -> None:
        """Turn the head: to the left, down, and tilted to the right."""
        self._set(self.gaze, start, last, np.deg2rad([tilt_deg, down_deg, turn_deg]).tolist())

    def bend(
        self, start: float, last: float, forward: float = 0.0, side: float = 0.0, turn: float = 0.0
    ) -> None:
        """Bend the back (degrees) in addition to what the posture asks."""
        own = np.array(self.posture.back if self.posture else (0.0, 0.0, 0.0))
        self._set(self.back, start, last, np.deg2rad(np.add(own, (side, forward, turn))).tolist())

    def perform(self, spot_mm: Array, heading: float) -> Array:
        """Points (T, P, 3) in the world."""
        controls = self._controls()
        points = pose(self.subject, controls)
        return points @ yaw(heading).T + np.array([*spot_mm, 0.0])

    def _controls(self) -> Controls:
        draw, style, seconds = self.draw, self.subject.style, self.seconds
        calm = sway(draw, seconds, 15, 0.09) * style["sway"]
        breath = np.sin(2 * np.pi * (draw.uniform(0.22, 0.32) * seconds + draw.random()))
        gait = walk(self.subject, draw, seconds, self.walking) if self.walking else None
        back = self.back.at(seconds) + np.deg2rad(1.6) * calm[:, :3]
        back[:, 1] += np.deg2rad(style["lean_deg"] + 0.5 * breath)
        gaze = self.gaze.at(seconds) + np.deg2rad([2.0, 2.5, 4.0]) * calm[:, 3:6]
        root, pelvis, ankle, foot, knee, loose = self._lower(calm, gait)
        arms = np.stack([track.at(seconds) for track in self.arms])
        self._move_hands(arms, calm, gait)
        if gait is not None:
            back[:, 2] += np.deg2rad(8.0 * style["arm_swing"]) * gait.swing
        # the head keeps level when the back bends
        gaze[:, 1] += np.deg2rad(style["head_deg"]) - 0.55 * (back[:, 1] + pelvis[:, 1])
        gaze[:, 0] -= 0.5 * (back[:, 0] + pelvis[:, 0])
        clavicle = arms[:, :, 19:21] + np.deg2rad(0.8) * breath[:, None] * np.array([1.0, 0.0])
        return Controls(
            root, pelvis, back, gaze, clavicle, arms[:, :, :16], arms[:, :, 16], arms[:, :, 17:19],
            ankle, knee, foot, loose,
        )  # fmt: skip

    def _lower(self, calm: Array, gait: Gait | None) -> tuple[Array, Array, Array, Array, Array, Array]:
        """Root, pelvis, ankles, feet, knees and looseness from walking or from the tracks."""
        seconds = self.seconds
        if gait is not None:
            still = hold(np.zeros(2), self.frames).T
            root, pelvis, ankle = gait.root, gait.pelvis.copy(), gait.ankle
            angle, dip, knee, loose = gait.yaw, gait.dip, still + 0.04, still
        else:
            root = self.root.at(seconds)
            root[:, 2] += self.rise.at(seconds)[:, 0]
            high = np.clip(root[:, 2:] / (STRAIGHT * self.k) - 0.3, 0.0, 0.6)  # who sits sways less
            root[:, :2] += 16.0 * high * calm[:, 6:8]
            root[:, 2] -= 2.0 * (1 + calm[:, 8]) * high[:, 0]
            pelvis = self.pelvis.at(seconds) + np.deg2rad([0.8, 0.8, 2.0]) * calm[:, 9:12]
            legs = np.stack([track.at(seconds) for track in self.legs])
            ankle, angle, dip = legs[:, :, :3].copy(), legs[:, :, 3], legs[:, :, 4]
            ankle[:, :, 2] += np.stack([track.at(seconds)[:, 0] for track in self.lifts])
            knee, loose = legs[:, :, 5], legs[:, :, 6]
        level = np.cos(dip)
        foot = np.stack([np.cos(angle) * level, np.sin(angle) * level, -np.sin(dip)], axis=-1)
        return root, pelvis, ankle, foot, knee, loose

    def _move_hands(self, arms: Array, calm: Array, gait: Gait | None) -> None:
        """Unrest of the hands, their swing in walking, and what is shaken."""
        for side in range(2):
            noise = sway(self.draw, self.seconds, 4, 0.15) * self.subject.style["sway"]
            arms[side, :, 4:7] += 11.0 * self.k * noise[:, :3] * arms[side, :, :1]
            arms[side, :, 16] += 0.05 * noise[:, 3]
            if gait is not None:
                swing = (gait.swing if side == 0 else -gait.swing) * self.swing[side]
                wide = 190.0 * self.k * self.subject.style["arm_swing"]
                arms[side, :, 4] += wide * (swing + 0.15 * abs(self.swing[side]))
                arms[side, :, 6] += 0.22 * wide * swing**2
        for side, start, stop, path, hertz in self.shakes:
            rise = smooth_step(self.seconds, start, start + 0.35) * smooth_step(
                -self.seconds, -stop, 0.35 - stop
            )
            wave = rise * np.sin(2 * np.pi * hertz * (self.seconds - start))
            arms[side, :, 4:7] += wave[:, None] * path * self.k
