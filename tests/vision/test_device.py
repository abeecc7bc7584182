"""The processor needs nothing; a GPU is asked for in vain where there is none, and computes in float32 where one is."""

import pytest
import torch

from hearsay.errors import HearsayError
from hearsay.vision.device import CPU, CUDA, prepare


def test_the_processor_needs_nothing():
    before = torch.backends.cudnn.allow_tf32
    prepare(CPU)
    assert torch.backends.cudnn.allow_tf32 == before


def test_a_gpu_that_is_not_there_gets_one_line(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(HearsayError, match=r"^device: cuda is asked for, and torch finds no GPU; set device: cpu"):
        prepare(CUDA)


@pytest.fixture
def settings():
    """The settings that a GPU needs, put back afterwards."""
    known = [(torch.backends.cuda.matmul, "allow_tf32")]
    known += [(torch.backends.cudnn, name) for name in ("allow_tf32", "benchmark", "deterministic")]
    before = [getattr(module, name) for module, name in known]
    yield
    for (module, name), value in zip(known, before, strict=True):
        setattr(module, name, value)


def test_a_gpu_computes_in_float32(monkeypatch, settings):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    prepare(CUDA)
    assert not torch.backends.cuda.matmul.allow_tf32 and not torch.backends.cudnn.allow_tf32
    assert torch.backends.cudnn.deterministic and not torch.backends.cudnn.benchmark
