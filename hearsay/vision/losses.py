"""Triplet losses: two that are called distance ratio, the margin loss, and its batch-hard form."""

import torch
from torch.nn.functional import mse_loss, relu, softplus


def distances(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Return the Euclidean distances (n,) of two embeddings (n, d); differentiable where they coincide."""
    return (first - second).square().sum(-1).clamp_min(1e-12).sqrt()


def hoffer_ratio(positive: torch.Tensor, negative: torch.Tensor) -> torch.Tensor:
    """Return Hoffer & Ailon's loss of the distances (n,) to positive and negative.

    The mean squared difference of the two distances' softmax from (0, 1), as in their code (arXiv 1412.6622, section 2,
    up to a factor).
    """
    ratio = torch.softmax(torch.stack([positive, negative], -1), -1)
    return mse_loss(ratio, torch.tensor([0.0, 1.0], device=ratio.device).expand_as(ratio))


def torch_ratio(positive: torch.Tensor, negative: torch.Tensor) -> torch.Tensor:
    """Return the loss that torch/nn calls DistanceRatioCriterion: -log of the softmax over minus the two distances."""
    return softplus(positive - negative).mean()


def margin(positive: torch.Tensor, negative: torch.Tensor, margin: float = 1.0) -> torch.Tensor:
    """Return the triplet margin loss max(0, positive - negative + margin), its mean over all triplets."""
    return relu(positive - negative + margin).mean()


def batch_hard(embeddings: torch.Tensor, labels: torch.Tensor, margin: float = 1.0) -> torch.Tensor:
    """Return the batch-hard loss: every image with its farthest positive and nearest negative.

    Hermans, Beyer & Leibe (2017, arXiv 1703.07737, eq. 5). embeddings (n, d), labels (n,). An image whose class it has
    for itself, or that has no negative, is left out; without any other image the loss is 0.
    """
    apart = torch.cdist(embeddings, embeddings, compute_mode="donot_use_mm_for_euclid_dist")
    same = labels[:, None] == labels
    itself = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    farthest = apart.masked_fill(~same | itself, -torch.inf).amax(1)
    nearest = apart.masked_fill(same, torch.inf).amin(1)
    counted = torch.isfinite(farthest) & torch.isfinite(nearest)
    if not counted.any():
        return embeddings.sum() * 0
    return relu(farthest[counted] - nearest[counted] + margin).mean()


# by name: from (anchor, positive, negative) embeddings, each (n, d), and the labels of anchor and negative
def _of_distances(loss):
    def of(anchor, positive, negative, labels=None, others=None):
        return loss(distances(anchor, positive), distances(anchor, negative))

    return of


def _batch_hard(anchor, positive, negative, labels, others):
    return batch_hard(torch.cat([anchor, positive, negative]), torch.cat([labels, labels, others]))


LOSSES = {
    "Hoffer's ratio": _of_distances(hoffer_ratio),
    "torch's ratio": _of_distances(torch_ratio),
    "margin": _of_distances(margin),
    "batch-hard": _batch_hard,
}
