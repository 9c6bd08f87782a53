"""Backbones: published sizes, strides, torchvision's names and weight files."""

import re

import pytest
import torch

from repose.dgcn.backbones import STRIDES, DenseNet, ResNet, load_backbone
from repose.dgcn.designs import BLOCKS, PAPER, NetworkScale, design_of
from repose.dgcn.network import backbone_of
from repose.foundations.errors import ReposeError
from repose.training.record import save_weights

SMALL = NetworkScale(0.125, 0.25, "basic", "ladder", 16, False)
PUBLISHED_PARAMETERS = {
    "resnet50": 23_508_032,
    "resnet101": 42_500_160,
    "resnet152": 58_143_808,
    "resnext50": 25_028_904 - 2_049_000,  # torchvision's, without the classifier
    "densenet121": 7_978_856 - 1_025_000,
}


def backbone(name, scale=SMALL):
    return backbone_of(design_of(name, scale, 17, 19, None))


def parameters(module):
    return sum(p.numel() for p in module.parameters())


def on_meta(name):
    with torch.device("meta"):
        return backbone(name, PAPER)


@pytest.mark.parametrize("name", BLOCKS)
def test_at_the_papers_scale_a_backbone_has_the_published_parameters(name):
    assert parameters(on_meta(name)) == PUBLISHED_PARAMETERS[name]


@pytest.mark.parametrize(
    ("name", "channels"), [("resnet50", 2048), ("resnext50", 2048), ("densenet121", 1024)]
)
def test_the_papers_maps_have_512_and_1024_channels_and_the_backbones_own(name, channels):
    assert on_meta(name).widths == {2: 256, 4: 512, 8: 1024, 16: channels}


@pytest.mark.parametrize("name", BLOCKS)
@pytest.mark.parametrize("sides", [(32, 48), (33, 49), (31, 50), (1, 1)])
def test_sides_of_maps_are_the_pictures_divided_by_the_stride_rounded_up(name, sides):
    network = backbone(name).eval()
    with torch.inference_mode():
        maps = network.maps(torch.zeros(1, 3, *sides))
    for stride, found in zip(STRIDES, maps, strict=True):
        assert found.shape[1:] == (network.widths[stride], *(-(-side // stride) for side in sides))


def test_smaller_stand_ins_keep_the_order_of_depths_and_the_kinds():
    sizes = [parameters(backbone(name)) for name in ("resnet50", "resnet101", "resnet152")]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == 3
    assert backbone("resnext50").layer1[0].conv2.groups > 1
    assert isinstance(backbone("densenet121"), DenseNet)


def torchvision_names(name):
    """Names and shapes as torchvision's documentation of the files has them, of a few parts."""
    resnet = {"conv1.weight": (64, 3, 7, 7), "layer1.0.downsample.0.weight": (256, 64, 1, 1)}
    resnet |= {"layer4.2.bn3.running_var": (2048,), "layer2.0.downsample.1.bias": (512,)}
    return {
        "resnet50": resnet
        | {"layer4.0.conv2.weight": (512, 512, 3, 3), "layer3.5.conv3.weight": (1024, 256, 1, 1)},
        "resnet152": resnet | {"layer3.35.conv1.weight": (256, 1024, 1, 1)},
        "resnext50": resnet
        | {"layer1.0.conv2.weight": (128, 4, 3, 3), "layer4.2.conv2.weight": (1024, 32, 3, 3)},
        "densenet121": {
            "features.conv0.weight": (64, 3, 7, 7),
            "features.norm0.running_mean": (64,),
            "features.denseblock1.denselayer1.norm1.weight": (64,),
            "features.denseblock3.denselayer24.conv1.weight": (128, 992, 1, 1),
            "features.denseblock4.denselayer16.conv2.weight": (32, 128, 3, 3),
            "features.transition3.conv.weight": (512, 1024, 1, 1),
            "features.transition1.norm.bias": (256,),
            "features.norm5.weight": (1024,),
        },
    }[name]  # fmt: skip


@pytest.mark.parametrize("name", ["resnet50", "resnet152", "resnext50", "densenet121"])
def test_parts_have_torchvisions_names_and_shapes(name):
    found = {n: tuple(t.shape) for n, t in on_meta(name).state_dict().items()}
    expected = torchvision_names(name)
    assert {n: found.get(n) for n in expected} == expected
    counts = {"resnet50": 318, "resnet152": 930, "resnext50": 318, "densenet121": 725}
    assert len(found) == counts[name]  # torchvision's state dict has two more: the classifier's


@pytest.mark.parametrize("name", ["resnet50", "resnext50", "densenet121"])
def test_weights_come_from_a_file_with_its_classifier(name, tmp_path):
    path = tmp_path / "weights.safetensors"
    source, target = backbone(name), backbone(name)
    classifier = "fc" if isinstance(source, ResNet) else "classifier"
    extra = {f"{classifier}.weight": torch.zeros(3, 3), f"{classifier}.bias": torch.zeros(3)}
    save_weights(path, {**source.state_dict(), **extra})
    load_backbone(target, path)
    for n, tensor in source.state_dict().items():
        assert torch.equal(tensor, target.state_dict()[n])


def test_densenets_published_files_with_their_old_names_fit(tmp_path):
    path = tmp_path / "old.pth"
    source, target = backbone("densenet121"), backbone("densenet121")
    old = {
        re.sub(r"(denselayer\d+\.(?:norm|conv))(\d)", r"\1.\2", n): t
        for n, t in source.state_dict().items()
        if not n.endswith("num_batches_tracked")
    }
    assert "features.denseblock1.denselayer1.norm.1.weight" in old
    torch.save(old, path)
    load_backbone(target, path)
    assert torch.equal(
        source.features.denseblock2[0].conv1.weight, target.features.denseblock2[0].conv1.weight
    )


@pytest.mark.parametrize("name", ["resnet50", "densenet121"])
def test_weights_of_another_width_are_refused(name, tmp_path):
    path = tmp_path / "wide.safetensors"
    wide = backbone(name, NetworkScale(0.25, 0.25, "basic", "ladder", 16, False))
    save_weights(path, wide.state_dict())
    with pytest.raises(ReposeError, match="full width"):
        load_backbone(backbone(name), path)
