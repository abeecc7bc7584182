"""Nets of the right shape, with the layers that they are named for."""

import pytest
import torch
from torch import nn

from hearsay.errors import HearsayError
from hearsay.vision import nets


@pytest.mark.parametrize("norm", nets.NORMS)
@pytest.mark.parametrize(("channels", "pixels"), [(1, 28), (3, 32), (1, 15)])
@pytest.mark.parametrize("build", [nets.asker, nets.hoffer])
def test_shapes_and_norms(build, norm, channels, pixels):
    net = build(norm, channels, pixels)
    out = net(torch.zeros(4, channels, pixels, pixels))
    assert out.shape == (4, 16 if build is nets.asker else 128)
    kinds = {"batch": nn.BatchNorm2d, "group": nn.GroupNorm}
    counts = {name: sum(isinstance(m, kind) for m in net.modules()) for name, kind in kinds.items()}
    layers = 2 if build is nets.asker else 3
    assert counts == {name: layers * (name == norm) for name in kinds}
    assert len(nets.norm_layers(net)) == layers * (norm == "batch")


def test_the_asker_s_layers_stand_in_the_asker_s_order():
    kinds = [type(layer).__name__ for layer in nets.asker("batch", 1, 28)]
    assert kinds[:4] == ["Conv2d", "PReLU", "BatchNorm2d", "Dropout"] and kinds[-2:] == ["Flatten", "Linear"]
    assert nets.asker("batch", 1, 28)[3].p == 0


def test_hoffer_s_kernels_and_maps():
    convolutions = [m for m in nets.hoffer("none", 3, 32).modules() if isinstance(m, nn.Conv2d)]
    assert [c.kernel_size[0] for c in convolutions] == [5, 3, 3, 2]
    assert [c.out_channels for c in convolutions] == [64, 128, 256, 128]
    assert sum(isinstance(m, nn.MaxPool2d) for m in nets.hoffer("none", 3, 32)) == 3


def test_bad_requests_get_one_line():
    with pytest.raises(HearsayError, match="no normalisation is called 'layer'"):
        nets.asker("layer", 1, 28)
    with pytest.raises(HearsayError, match="at most 32 pixels"):
        nets.hoffer("none", 1, 64)


def test_images_lie_between_minus_one_and_one():
    found = nets.tensor(torch.tensor([0, 255], dtype=torch.uint8).numpy())
    assert found.tolist() == [-1, 1] and found.dtype == torch.float32
