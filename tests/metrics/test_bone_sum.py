import numpy as np

from repose.foundations.rng import rng
from repose.metrics import bone_sum, mpjpe_corrected, mpjpe_published, p_mpjpe_corrected, published_floor
from repose.skeletons import convert, get_skeleton

H36M = get_skeleton("h36m17")
TRUTH = rng(0, "truth").normal(size=(6, 17, 3)) * 300
TRUTH -= TRUTH[:, :1]
PERFECT = convert(TRUTH, np.ones((6, 17), bool), "h36m17", "mpii16")[0]


def by_hand(predicted, truth, bones_mm, both):
    """One frame of the protocol, joint by joint."""
    mpii = dict(zip(get_skeleton("mpii16").joints, predicted, strict=True))
    names = {"thorax": "upper_neck", "head": "head_top", "spine": "thorax", "nose": "head_top"}
    pose = {joint: mpii[names.get(joint, joint)] for joint in H36M.joints}
    pose["spine"], pose["nose"] = (pose["pelvis"] + pose["thorax"]) / 2, (pose["thorax"] + pose["head"]) / 2
    target = dict(zip(H36M.joints, truth, strict=True))
    if both:
        target["spine"] = (target["pelvis"] + target["thorax"]) / 2
        target["nose"] = (target["thorax"] + target["head"]) / 2

    def bones(pose):
        chains = ["r_ankle r_knee r_hip pelvis l_hip l_knee l_ankle", "pelvis spine thorax head"]
        chains += ["r_wrist r_elbow r_shoulder thorax l_shoulder l_elbow l_wrist"]
        steps = [step for chain in chains for step in zip(chain.split(), chain.split()[1:], strict=False)]
        assert len(steps) == 15
        return sum(np.linalg.norm(pose[a] - pose[b]) for a, b in steps)

    scale = (bones_mm or bones(target)) / bones(pose)
    distances = [
        np.linalg.norm((pose[j] - pose["pelvis"]) * scale - (target[j] - target["pelvis"]))
        for j in H36M.joints
    ]
    return np.mean(distances)


def test_both_protocols_equal_the_steps_written_out():
    predicted = PERFECT + rng(0, "noise").normal(size=PERFECT.shape) * 40
    published = [by_hand(p, t, 4000.0, False) for p, t in zip(predicted, TRUTH, strict=True)]
    corrected = [by_hand(p, t, None, True) for p, t in zip(predicted, TRUTH, strict=True)]
    np.testing.assert_allclose(mpjpe_published(predicted, TRUTH), published)
    np.testing.assert_allclose(mpjpe_corrected(predicted, TRUTH), corrected)


def test_a_perfect_prediction_of_any_size_has_no_corrected_error_but_the_published_floor():
    np.testing.assert_allclose(mpjpe_corrected(PERFECT * 0.01, TRUTH), 0, atol=1e-9)
    np.testing.assert_allclose(p_mpjpe_corrected(PERFECT * 0.01, TRUTH), 0, atol=1e-9)
    np.testing.assert_allclose(mpjpe_published(PERFECT * 0.01, TRUTH), published_floor(TRUTH))
    assert (published_floor(TRUTH) > 5).all()


def test_a_prediction_without_extent_is_the_root():
    at_root = np.linalg.norm(TRUTH, axis=2).mean(1)
    np.testing.assert_allclose(mpjpe_published(np.ones_like(PERFECT), TRUTH), at_root)


def test_the_bone_sum_is_that_of_fifteen_bones():
    assert H36M.pairs["bone_sum"].shape == (15, 2)
    np.testing.assert_allclose(bone_sum(TRUTH * 2), bone_sum(TRUTH) * 2)
