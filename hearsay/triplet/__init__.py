"""How to share batch normalisation across the branches of a triplet network.

For one's own work: `unshared_state(branches)` lists what branches do not share, and `branch_discrepancy(branches,
batch)` is the {A, A, A} test.

>>> import torch
>>> from hearsay.triplet import branch_discrepancy, share, unshared_state
>>> net = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.BatchNorm2d(4))
>>> branches = [net, share(net, ["weight", "bias"])]
>>> [row.name for row in unshared_state(branches)]
['1.running_mean', '1.running_var', '1.num_batches_tracked']
>>> batch = torch.rand(8, 1, 9, 9)
>>> _ = branches[0](batch)  # one of them sees a batch in training mode
>>> branch_discrepancy(branches, batch).output > 0
True
"""

from hearsay.triplet.sharing import Discrepancy, Unshared, branch_discrepancy, share, unshared_state

__all__ = ["Discrepancy", "Unshared", "branch_discrepancy", "share", "unshared_state"]
