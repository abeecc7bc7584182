"""tf_slim.batch_norm fails on current TensorFlow, which its metadata allows.

Seen with: tf-slim 1.1.0
Kind: defect
Expected: the package's metadata asks for no version of TensorFlow, so it should work with the one that is installed.
Happens: importing it succeeds and most layers can be built. batch_norm asks for
    tensorflow.python.framework.ops.Tensor, which TensorFlow (here 2.21.0) no longer has: AttributeError. Code of the
    contrib era stops at its first norm layer.
Fix: use tf.Tensor and tf.cond, or state the last version of TensorFlow that works in the metadata.
Known: google-research/tf-slim#18 (related)
"""

import os
import sys

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_USE_LEGACY_KERAS": "1"}
import tensorflow as tf
import tf_slim

with tf.Graph().as_default():
    x = tf.compat.v1.placeholder(tf.float32, [None, 2])
    try:
        observed = tf_slim.batch_norm(x, is_training=True).shape.as_list()
    except AttributeError as error:
        observed = f"AttributeError: {error}"

expected = [None, 2]
print("observed:", observed)
print("expected:", expected)
if observed != expected:
    sys.exit(f"still wrong: {__doc__.splitlines()[0]}")
print("fixed in this version")
