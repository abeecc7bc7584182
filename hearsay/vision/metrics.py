"""What embeddings are good for: nearest neighbours, verification; and how far two of the same images lie apart."""

from collections.abc import Sequence

import numpy as np
import torch


def knn_accuracy(
    queries: torch.Tensor, labels: torch.Tensor, gallery: torch.Tensor, known: torch.Tensor, k: int = 5
) -> float:
    """Return the share of queries (n, d) whose label most of their k nearest in the gallery (m, d) have.

    Euclidean distance. Of labels that are as frequent, that of the nearest wins.
    """
    near = torch.cdist(queries, gallery).topk(k, largest=False).indices
    votes = known[near]
    # each neighbour's label gets the number of votes for it; argmax takes the first, the nearest
    counts = (votes[:, :, None] == votes[:, None, :]).sum(-1)
    chosen = votes.gather(1, counts.argmax(1, keepdim=True)).squeeze(1)
    return float((chosen == labels).float().mean())


def verification(first: torch.Tensor, second: torch.Tensor, same: np.ndarray) -> tuple[float, float]:
    """Return area under the ROC curve and equal error rate of telling pairs (n, d), (n, d) of one class by distance.

    same: (n,) whether a pair is of one class.
    """
    from sklearn.metrics import auc, roc_curve

    closeness = -(first - second).square().sum(-1).sqrt().cpu().numpy()
    wrong, right, _ = roc_curve(same, closeness)
    # where the share of false alarms meets that of misses, on the line between the two points around it
    gap = wrong - (1 - right)
    place = int(np.searchsorted(gap, 0))
    if gap[place] == 0 or place == 0:
        rate = wrong[place]
    else:
        step = -gap[place - 1] / (gap[place] - gap[place - 1])
        rate = wrong[place - 1] + step * (wrong[place] - wrong[place - 1])
    return float(auc(wrong, right)), float(rate)


def discrepancy(outputs: Sequence[torch.Tensor]) -> float:
    """Return the largest relative distance of two branches' outputs (n, ...) of the same images.

    max over branches i, j of the mean over images of |e_i - e_j|, over the mean of |e_1|; where that is nothing, 0 if
    all outputs are the same and infinity if not.
    """
    flat = [output.detach().flatten(1).double() for output in outputs]
    size = float(flat[0].norm(dim=1).mean())
    apart = max(float((a - b).norm(dim=1).mean()) for i, a in enumerate(flat) for b in flat[:i])
    return apart / size if size > 0 else (0.0 if apart == 0 else float("inf"))
