"""What a training minimises, on two people whose heat maps are perfect."""

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from repose.foundations.rng import rng
from repose.hgg.candidates import CandidateRules, find_candidates, nodes_of
from repose.hgg.labels import NOBODY, grouping_losses
from repose.hgg.network import Said
from repose.hgg.objective import GROUPING, Objective, PoseGroups, Weights, assigned
from repose.hgg.run import grouper_of
from repose.hgg.simulation import drawn_poses
from repose.hgg.targets import PEAK, LabelMaker
from repose.pictures.teaching import held_losses
from repose.skeletons import get_skeleton
from repose.skeletons.sigmas import sigmas
from repose.training.loop import Step
from tests.hgg.sets import CPU, TAGS, grouping

JOINTS, PX = 17, 128
SIGMA = sigmas("coco17", get_skeleton("coco17").joints)
RULES = CandidateRules(subpixel="parabola")
WEIGHTS = Weights(2.0, 3.0, 5.0, 1.0, "none", 0)
FIRST = Step(0, 0, 1)


def labels_of(*crops, ignored=(np.nan,) * 4):
    """Labels of crops, each of people's joints (M, J, 2)."""
    most = max(len(people) for people in crops)
    joints, known = np.zeros((len(crops), most, JOINTS, 2), np.float32), np.zeros((len(crops), most), bool)
    for crop, people in enumerate(crops):
        joints[crop, : len(people)], known[crop, : len(people)] = people, True
    known = np.repeat(known[..., None], JOINTS, 2)
    ignored, valid = (
        np.tile(np.array(box, float), (len(crops), 1)) for box in (ignored, (0, 0, PX - 1, PX - 1))
    )
    return LabelMaker("coco17", PX, 1.0, 5, exact=True)(joints, known, ignored[:, None], valid)


def two_people():
    """One left, one right, 100 px tall."""
    pose = drawn_poses(1, 0)[0]
    pose = 100 * (pose - pose.mean(0))
    return (pose + np.array([[[38, 64]], [[90, 64]]])).clip(2, PX - 3)


def said_by(labels, seed=0):
    """What a network with perfect heat maps and random tags says."""
    heat = labels.heat.float() / PEAK
    tags = rng(seed, "test", "tags").normal(size=(len(heat), JOINTS, TAGS, *heat.shape[2:]))
    return Said(heat.requires_grad_(), torch.tensor(tags, dtype=torch.float32, requires_grad=True))


def objective_of(*losses, weights=WEIGHTS, similar=None, seed=0, **changes):
    """The objective of a run with some losses of the grouping; `changes` are those of its rules."""
    grouped = grouping(*losses) if losses else None
    if changes:
        grouped = dataclasses.replace(grouped, rules=dataclasses.replace(grouped.rules, **changes))
    network = PoseGroups(nn.Identity(), grouper_of(grouped, 0))
    return Objective(network, "coco17", weights, RULES, losses, similar, seed)


def looked_at(objective, labels, *said, step=FIRST):
    """The sum, and its parts as numbers."""
    batch = {"pictures": None, "labels": labels}
    total, parts = objective(lambda pictures: list(said), batch, step)
    return total, {name: float(value.detach()) for name, value in parts.items()}


@pytest.mark.parametrize("losses", [(), ("edge",), ("final",), GROUPING])
def test_the_sum_is_of_the_weighted_proposals_and_of_a_runs_own_losses_of_the_grouping(losses):
    labels = labels_of(two_people())
    total, parts = looked_at(objective_of(*losses), labels, said_by(labels))
    grouped = sum(parts[name] for name in losses)
    wanted = 2 * parts["heatmap"] + 3 * (parts["pull"] + parts["push"]) + 5 * grouped
    assert float(total.detach()) == pytest.approx(wanted, rel=1e-5)
    assert parts.keys() == {"heatmap", "pull", "push", *(GROUPING if losses else ())}
    assert all(parts[name] > 0 for name in losses)


@pytest.mark.parametrize("losses", [("edge",), ("final",), ("intermediate",), GROUPING])
def test_a_grouping_teaches_the_tags_of_the_candidates_and_moves_no_heat_map(losses):
    labels = labels_of(two_people())
    said = said_by(labels)
    alone = dataclasses.replace(WEIGHTS, heat=0.0, tags=0.0)
    looked_at(objective_of(*losses, weights=alone), labels, said)[0].backward()
    assert not said.heat.grad.any()
    found = find_candidates(said.heat.detach().numpy(), RULES)
    x, y = found.cell.T
    taught = said.tags.grad[found.picture, found.type, :, y, x].any(1)
    assert taught.float().mean() > 0.9
    said.tags.grad[found.picture, found.type, :, y, x] = 0
    assert not said.tags.grad.any()


@pytest.mark.parametrize("losses", [("final",), ("intermediate",)])
def test_macro_nodes_that_are_all_refused_teach_all_the_same_where_nothing_else_does(losses):
    labels = labels_of(two_people())
    said, objective = said_by(labels), objective_of(*losses)
    nn.init.constant_(objective.network.grouper.macro.mlp[-1].bias, -9.0)
    total, parts = looked_at(objective, labels, said)
    total.backward()
    assert parts[losses[0]] > 0
    assert objective.network.grouper.macro.mlp[-1].bias.grad.abs() > 0
    assert objective.network.grouper.rules.cut == 0.5  # a test still cuts


def test_macro_nodes_that_a_test_would_undo_are_in_the_loss():
    labels = labels_of(two_people())
    for macro_cut in (0.0, 0.99):
        _, parts = looked_at(objective_of(*GROUPING, macro_cut=macro_cut), labels, said_by(labels))
        assert parts["final"] > 0


def test_the_last_stacks_candidates_are_grouped():
    labels = labels_of(two_people())
    said, objective = said_by(labels), objective_of(*GROUPING)
    blind = Said(torch.zeros_like(said.heat), torch.zeros_like(said.tags))
    _, alone = looked_at(objective, labels, said)
    _, last = looked_at(objective, labels, blind, said)
    _, first = looked_at(objective, labels, said, blind)
    assert last["edge"] == alone["edge"]
    assert first["edge"] == 0


def test_chance_follows_from_seed_and_step():
    labels = labels_of(two_people())
    said, few = said_by(labels), dataclasses.replace(WEIGHTS, negatives=1)

    def drawn(seed, step):
        objective = objective_of(*GROUPING, weights=few, seed=seed, order="random")
        return looked_at(objective, labels, said, step=Step(0, step, 9))[1]["edge"]

    assert drawn(0, 0) == drawn(0, 0)
    assert len({drawn(0, 0), drawn(0, 1), drawn(1, 0)}) == 3


def test_candidates_are_of_whoever_has_their_joint_there():
    people = two_people()
    labels = labels_of(people)
    found = find_candidates(labels.heat.numpy().astype(np.float32) / PEAK, RULES)
    owner = assigned(found, labels, SIGMA).person
    for kind, point, person in zip(found.type, found.points, owner, strict=True):
        away = np.linalg.norm(people[:, kind] - (4 * point + 1.5), axis=1)
        assert person == away.argmin()
    assert np.bincount(owner).tolist() == [JOINTS, JOINTS]


def test_a_candidate_a_little_off_is_somebodys_where_the_least_sigma_says_so():
    people = two_people()
    labels = labels_of(people)
    found = find_candidates(labels.heat.numpy().astype(np.float32) / PEAK, RULES)
    off = labels._replace(joints2d_px=labels.joints2d_px + 4)
    eyes = np.isin(found.type, [get_skeleton("coco17").joints.index(name) for name in ("l_eye", "r_eye")])
    owners = {
        least: assigned(found, off, objective_of("edge", similar=least).sigma).person for least in (None, 0.1)
    }
    assert (owners[None][eyes] == NOBODY).all()
    assert np.bincount(owners[0.1]).tolist() == [JOINTS, JOINTS]


def test_nobody_owns_candidates_where_nobody_is():
    labels = labels_of(np.zeros((0, JOINTS, 2)))
    said = said_by(labels_of(two_people()))
    total, parts = looked_at(objective_of(*GROUPING), labels, said)
    assert bool(total.isfinite())
    assert parts["edge"] == 0  # nothing is asked of edges between nobody's
    assert parts["intermediate"] >= 0


def test_the_candidates_of_a_batch_are_grouped_as_in_a_test():
    people = two_people()
    labels = labels_of(people[:1], people, people[1:])
    said, objective = said_by(labels), objective_of(*GROUPING)
    found, grouper = find_candidates(said.heat.detach().numpy(), RULES), objective.network.grouper
    grouping, truth = grouper(nodes_of(found, said.tags)), assigned(found, labels, SIGMA)
    wanted = grouping_losses(grouping, truth, grouper.score_edges, rng(0), "none", 0)
    got, skill = objective.grouped(grouper, said, labels, 0)
    assert skill == {}  # of held-out pictures alone
    assert [float(loss.detach()) for loss in got] == [float(loss.detach()) for loss in wanted]


def test_no_candidate_in_a_region_to_ignore_is_grouped():
    people = two_people()
    said = said_by(labels_of(people))
    right = labels_of(people[1:], ignored=(0, 0, PX / 2, PX - 1))
    alone = dataclasses.replace(WEIGHTS, heat=0.0, tags=0.0)
    looked_at(objective_of("edge", weights=alone), right, said)[0].backward()
    taught = said.tags.grad.flatten(0, 3).any(0)  # by column of cells
    assert not taught[: PX // 8].any()
    assert taught[PX // 8 :].any()


def test_without_candidates_the_proposals_alone_are_learnt():
    labels = labels_of(two_people())
    said = said_by(labels)
    dark = Said((said.heat * 0).detach().requires_grad_(), said.tags)
    objective = objective_of(*GROUPING)
    total, parts = looked_at(objective, labels, dark)
    total.backward()
    assert not any(parts[name] for name in GROUPING)
    assert dark.heat.grad.any()
    assert all(p.grad is None for p in objective.network.grouper.parameters())


def held_row(objective, said, *labels, epoch=1):
    """The row of held-out losses where a network says the same of every batch."""

    class Batches:
        def epoch(self, epoch):
            return [{"pictures": torch.zeros(1), "labels": of} for of in labels]

    objective.network.eval()
    with torch.no_grad():
        return held_losses(objective, Batches(), CPU)(lambda pictures: [said], epoch)


def test_held_out_losses_are_those_of_a_training_without_chance_and_there_are_skills():
    labels = labels_of(two_people())
    said, objective = said_by(labels), objective_of(*GROUPING)
    total, parts = looked_at(objective, labels, said)
    one, two = (held_row(objective, said, labels, labels, epoch=epoch) for epoch in (1, 2))
    assert one == two
    skills = {name: one.pop(f"held_{name}") for name in ("judge", "macro")}
    assert all(-1 <= value <= 1 for value in skills.values())
    wanted = {"held_loss": float(total.detach())} | {f"held_{name}": part for name, part in parts.items()}
    assert one == pytest.approx(wanted, rel=1e-4)


def test_a_skill_is_the_mean_over_batches_that_ask_for_it():
    labels, nobody = labels_of(two_people()), labels_of(np.zeros((0, JOINTS, 2)))
    said, objective = said_by(labels), objective_of(*GROUPING)
    asked = held_row(objective, said, labels)
    assert held_row(objective, said, labels, nobody)["held_judge"] == asked["held_judge"]
    assert not {"held_judge", "held_macro"} & held_row(objective, said, nobody).keys()
    assert "held_judge" not in held_row(objective_of(), said, labels)
