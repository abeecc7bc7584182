"""Images, nets, losses, running statistics and metrics that the studies of batch normalisation share."""
