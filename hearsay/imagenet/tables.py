"""The tables of this study: what each column means."""

from hearsay.tables import Table

CLASSES = Table(
    "imagenet/classes",
    "The classes under every name and number that they go by",
    ("wnid",),
    {
        "wnid": "WordNet ID: n and the synset's offset in WordNet 3.0; the only key that every source shares",
        "ilsvrc2012_id": "ID in the devkit, from 1",
        "sorted_index": "place among the WNIDs in alphabetical order, from 0",
        "words": "all synonyms, separated by commas, as in the devkit",
        "first_lemma": "the first synonym; not unique",
        "unique_name": "the first synonym, made unique with its WordNet parent where it is not",
        "gloss": "definition, as in the devkit",
    },
    text=("wnid", "words", "first_lemma", "unique_name", "gloss"),
)

ARCHIVES = Table(
    "imagenet/archives",
    "The archives that were read",
    ("archive",),
    {"archive": "what it is", "sha256": "its SHA-256", "official": "whether that is the official one's: yes or no"},
    text=("archive", "sha256", "official"),
)

GROUPS = Table(
    "imagenet/groups",
    "The classes by what they show, from WordNet",
    ("wnid",),
    {"wnid": "WordNet ID of the class", "group": "dogs, other animals, or things and scenes"},
    text=("wnid", "group"),
)

VALIDATION = Table(
    "imagenet/validation",
    "The label of every validation image",
    ("file",),
    {
        "file": "official file name",
        "ilsvrc2012_id": "label as the devkit's ID, from 1",
        "wnid": "label as WNID",
        "sorted_index": "label as place among the sorted WNIDs, from 0",
        "blacklisted": "yes or no by the 2014 devkit's blacklist; unknown where the config names no blacklist",
        "reassessed": "sorted indices of Beyer et al. 2020, separated by blanks; empty where they found none",
    },
    text=("file", "wnid", "blacklisted", "reassessed"),
)

AGREEMENT = Table(
    "imagenet/agreement",
    "Labels by way of the WNIDs against independent copies",
    ("copy",),
    {
        "copy": "package and file of the copy",
        "compared": "images compared",
        "agreeing": "images on which both give the same class",
    },
    text=("copy",),
)

ORDERS = Table(
    "imagenet/orders",
    "Classes that stand at the same place in both orders",
    ("devkit_base", "sorted_base"),
    {
        "devkit_base": "number of the first class of the devkit's order (0 or 1)",
        "sorted_base": "number of the first class of the sorted order (0 or 1)",
        "classes": "classes compared",
        "same_place": "classes with the same number in both",
        "names": "their unique names, separated by semicolons",
    },
    text=("names",),
)

KEYS = Table(
    "imagenet/keys",
    "Names that several classes share, by what is used as the name",
    ("key", "name"),
    {
        "key": "what is used as the class's name: words, first lemma, first lemma case folded, any lemma",
        "name": "the name that is shared",
        "wnids": "WNIDs of the classes that share it, separated by blanks",
        "images": "validation images that go by this name",
    },
    text=("key", "name", "wnids"),
)

NUMBER_CODE = Table(
    "imagenet/number-code",
    "Guessing an image's class from the one a fixed number of places before it",
    ("lag",),
    {
        "lag": "distance between the two images' numbers",
        "pairs": "pairs of images compared",
        "equal": "pairs of the same class",
        "share": "equal / pairs, the accuracy of the guess",
    },
)

COST = Table(
    "imagenet/cost",
    "A perfect classifier whose output is read wrongly",
    ("reading", "truth", "blacklist"),
    {
        "reading": "how the classifier's output (a sorted index from 0) is read",
        "truth": "labels that it is held against: original or reassessed",
        "blacklist": "whether blacklisted images count: kept or dropped",
        "images": "images with a label",
        "right": "images read as a right class",
        "accuracy": "right / images",
    },
    text=("reading", "truth", "blacklist"),
)

VISIBILITY = Table(
    "imagenet/visibility",
    "How visible the confusion is: how near the wrong label lies to the right one in WordNet",
    ("reading",),
    {
        "reading": "how the classifier's output is read; or random permutation",
        "classes": "classes read wrongly (each has as many images as any other)",
        "shares_parent": "share of wrong labels with a direct WordNet parent in common with the right one",
        "shares_parent_low": "2.5 % quantile over the permutations; equal to the share where nothing is random",
        "shares_parent_high": "97.5 % quantile",
        "shares_parent_mc_error": "Monte Carlo standard error of the mean over the permutations; 0 for a fixed reading",
        "lca_height": "mean WordNet height of the lowest common ancestor (longest path to a leaf, in edges)",
        "lca_height_low": "2.5 % quantile over the permutations",
        "lca_height_high": "97.5 % quantile over the permutations",
        "lca_height_mc_error": "Monte Carlo standard error of the mean over the permutations",
    },
    text=("reading",),
)
