"""Why ImageNet label lists disagree, and how to get the right one."""
