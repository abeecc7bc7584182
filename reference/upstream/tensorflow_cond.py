"""Batch normalisation inside tf.cond puts updates into UPDATE_OPS that cannot be run.

Seen with: tensorflow-cpu 2.21.0
Kind: defect
Expected: the documentation of tf.compat.v1.layers.batch_normalization says that the moving statistics are updated by
    running the operations of the collection UPDATE_OPS along with the training step.
Happens: a layer that is built in a branch of tf.cond adds operations of the branch's own graph to the collection of
    the outer one. Running them is a ValueError about a fetch; leaving them out, which is the way to get rid of the
    error, keeps the moving statistics at their initial values, and evaluation fails silently.
Fix: run the updates within the branch, or keep them out of the outer collection and say so.
Known: tensorflow/tensorflow#14699 (closed)
"""

import os
import sys

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_USE_LEGACY_KERAS": "1"}  # tf.compat.v1.layers needs Keras 2 (tf-keras)
import tensorflow as tf

v1 = tf.compat.v1
v1.logging.set_verbosity(v1.logging.ERROR)

with tf.Graph().as_default(), v1.Session() as session:
    x, training = v1.placeholder(tf.float32, [None, 1]), v1.placeholder(tf.bool, [])

    def layer(mode):
        """Return a function that builds the shared layer in training or in evaluation mode."""
        return lambda: v1.layers.batch_normalization(x, training=mode, momentum=0.0, name="norm", reuse=v1.AUTO_REUSE)

    y = tf.cond(training, layer(True), layer(False))
    updates = v1.get_collection(v1.GraphKeys.UPDATE_OPS)
    mean = next(variable for variable in v1.global_variables() if "moving_mean" in variable.name)
    session.run(v1.global_variables_initializer())
    feed = {x: [[1.0], [3.0]], training: True}
    try:
        session.run([y, *updates], feed)
    except ValueError as error:
        print(f"with UPDATE_OPS: ValueError: {str(error).splitlines()[0]}")
        session.run(y, feed)
    observed = float(session.run(mean)[0])

expected = 2.0
print("observed:", observed)
print("expected:", expected)
if observed != expected:
    sys.exit(f"still wrong: {__doc__.splitlines()[0]}")
print("fixed in this version")
