"""`hearsay relabel`: the validation images, each in the folder of its class."""

import argparse
from pathlib import Path

NAME = "relabel"
HELP = "put the ILSVRC2012 validation images into one folder a class"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument(
        "--devkit",
        required=True,
        type=Path,
        metavar="FILE",
        help="ILSVRC2012_devkit_t12.tar.gz, which holds the labels",
    )
    parser.add_argument(
        "--images",
        required=True,
        type=Path,
        metavar="PATH",
        help="ILSVRC2012_img_val.tar, or a folder it was extracted to",
    )
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FOLDER", help="new folder; images go to FOLDER/WNID/NAME.JPEG"
    )
    parser.add_argument(
        "--how",
        choices=("copy", "hardlink", "symlink"),
        default="copy",
        help="links save the space of a copy and need an extracted folder (default: copy)",
    )


def run(args: argparse.Namespace) -> int:
    """Make the tree, or confirm that it is there; say which. Raise HearsayError on bad input."""
    from hearsay.imagenet.devkit import read_devkit
    from hearsay.imagenet.relabel import occupied, relabel

    there = occupied(args.out)
    manifest = relabel(read_devkit(args.devkit).wnids, args.images, args.out, args.how)
    what = f"{len(manifest):,} images in {manifest.wnid.nunique():,} class folders"
    if there:
        print(f"{args.out} already holds these {what}, byte for byte; nothing was changed.")
    else:
        print(f"{what}, named by WordNet ID: {args.out}")
    return 0
