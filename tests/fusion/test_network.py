"""The networks: the published size, shapes at small scale, ImageNet weights from a file."""

import pickle

import pytest
import torch

from repose.foundations.errors import ReposeError
from repose.fusion.designs import PAPER, NetworkScale, build, build_seeded, design_of, network_size
from repose.fusion.losses import Labels, Weights, losses
from repose.fusion.network import HEAD_STD
from repose.fusion.run import load_imagenet
from repose.pictures.encoders import Encoder
from repose.training.devices import Device, Forward
from repose.training.record import save_weights

TINY = NetworkScale(0.0625, 0.0625, "basic", (1, 1, 1, 1), False, 32)


def encoder_of(design):
    return Encoder(design.width, design.block, design.blocks, design.stem_pool)


def parameters(module):
    return sum(p.numel() for p in module.parameters())


def test_at_the_papers_scale_the_network_has_the_published_size():
    with torch.device("meta"):
        encoder = encoder_of(design_of("resnet", PAPER))
    assert parameters(encoder) == 23_508_032
    deconvolutions = 2048 * 256 * 16 + 2 * 256 * 256 * 16 + 3 * 2 * 256
    heads = 2 * (256 * 16 + 16)
    assert (
        network_size(design_of("resnet", PAPER), 256).parameters
        == 23_508_032 + deconvolutions + heads
        == 34_003_552
    )


def test_operations_of_the_papers_network_are_those_of_resnet_50_and_its_decoder():
    operations = network_size(design_of("resnet", PAPER), 256).operations
    resnet_50 = 2 * 4.087e9 * (256 / 224) ** 2  # without the classifier
    decoder = 2 * 16 * (2048 * 256 * 8**2 + 256 * 256 * 16**2 + 256 * 256 * 32**2) + 2 * 2 * 256 * 16 * 64**2
    assert operations == pytest.approx(resnet_50 + decoder, rel=2e-3)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["resnet", "hourglass"])
@pytest.mark.parametrize("blocks", [(1, 1, 1, 1), (1, 1, 2)])
@pytest.mark.parametrize(("stem_pool", "side"), [(True, 8), (False, 16)])
def test_maps_are_a_quarter_or_half_of_the_picture(kind, blocks, stem_pool, side):
    scale = NetworkScale(0.0625, 0.0625, "basic", blocks, stem_pool, 32)
    design = design_of(kind, scale)
    maps = build(design)(torch.zeros(2, 3, 32, 32, dtype=torch.uint8))
    stages = 2 if kind == "hourglass" else 1
    assert maps.heatmaps.shape == (stages, 2, 16, side, side)
    assert maps.depth.shape == (2, 16, side, side)
    assert design.map_px(32) == side


def test_the_papers_maps_have_64_cells():
    assert design_of("resnet", PAPER).map_px(256) == 64
    assert design_of("hourglass", PAPER).deconv == 256


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["resnet", "hourglass"])
def test_every_weight_learns_from_a_fused_batch(kind):
    torch.manual_seed(0)
    network = build(design_of(kind, TINY))
    pictures = torch.randint(0, 255, (4, 3, 32, 32), dtype=torch.uint8)
    cell = torch.randint(0, 16, (4, 16, 2))
    known = torch.ones(4, 16, dtype=torch.bool)
    in_3d = torch.tensor([True, True, False, False])
    labels = Labels(cell, known, known, torch.randn(4, 16), in_3d, cell / 16)
    losses(network(pictures), labels, Weights(0.1, 0.01))[0].backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())
    assert network.depth.weight.grad.abs().sum() > 0


def test_first_weights_follow_from_the_seed_and_heads_start_small():
    design = design_of("resnet", TINY)
    one, same, other = (build_seeded(design, seed).state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["encoder.conv1.weight"], other["encoder.conv1.weight"])
    assert one["heatmap.weight"].std() < 2 * HEAD_STD


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_imagenet_weights_come_from_a_file_by_torchvisions_names(tmp_path, suffix):
    design = design_of("resnet", TINY)
    source, path = build_seeded(design, 5), tmp_path / f"resnet{suffix}"
    weights = {**source.encoder.state_dict(), "fc.weight": torch.zeros(3, 3), "fc.bias": torch.zeros(3)}
    save_weights(path, weights) if suffix == ".safetensors" else torch.save(weights, path)
    network = build_seeded(design, 6)
    load_imagenet(network, path)
    assert torch.equal(network.encoder.conv1.weight, source.encoder.conv1.weight)
    assert torch.equal(network.encoder.layer4[0].bn2.running_var, source.encoder.layer4[0].bn2.running_var)
    assert not torch.equal(network.decoder[0].weight, source.decoder[0].weight)


def test_torchvisions_names_are_the_encoders_names():
    with torch.device("meta"):
        names = set(encoder_of(design_of("resnet", PAPER)).state_dict())
    assert {
        "conv1.weight",
        "bn1.running_mean",
        "layer1.0.conv3.weight",
        "layer1.0.downsample.0.weight",
    } <= names
    assert {"layer4.2.bn3.bias", "layer3.5.conv2.weight", "layer2.0.downsample.1.running_var"} <= names
    assert not any(name.startswith("layer1.1.downsample") for name in names)


class Evil:
    def __reduce__(self):
        return (print, ("unpickled",))


def test_a_file_with_code_in_it_is_refused_and_not_run(tmp_path, capsys):
    path = tmp_path / "evil.pth"
    torch.save({"conv1.weight": Evil()}, path)
    with pytest.raises(ReposeError, match="not readable as plain tensors"):
        load_imagenet(build(design_of("resnet", TINY)), path)
    (tmp_path / "plain.pth").write_bytes(pickle.dumps(Evil(), protocol=2))
    with pytest.raises(ReposeError, match="not readable as plain tensors"):
        load_imagenet(build(design_of("resnet", TINY)), tmp_path / "plain.pth")
    assert "unpickled" not in capsys.readouterr().out


def test_weights_of_another_resnet_are_refused_by_name(tmp_path):
    path = tmp_path / "other.safetensors"
    save_weights(
        path,
        build(
            design_of("resnet", NetworkScale(0.0625, 0.0625, "basic", (2, 1, 1, 1), True, 32))
        ).encoder.state_dict(),
    )
    with pytest.raises(ReposeError, match=r"layer1\.1"):
        load_imagenet(build(design_of("resnet", TINY)), path)


def test_bf16_layers_give_float32_maps_near_those_of_float32():
    torch.manual_seed(0)
    network, pictures = build(design_of("resnet", TINY)), torch.randint(0, 255, (4, 3, 32, 32)).byte()
    torch.nn.init.normal_(network.heatmap.weight)
    exact, rough = (
        Forward(network, Device(torch.device("cpu"), kind))(pictures) for kind in ("fp32", "bf16")
    )
    assert rough.heatmaps.dtype == rough.depth.dtype == torch.float32
    assert (rough.heatmaps - exact.heatmaps).abs().mean() < 0.1 * exact.heatmaps.abs().mean()
