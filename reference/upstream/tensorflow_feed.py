"""Session.run accepts a fed resource variable and ignores the value.

Seen with: tensorflow-cpu 2.21.0
Kind: defect
Expected: the documentation of feed_dict says that a fed value takes the place of the tensor; a key that cannot be fed
    should be an error, as other keys are. A reference variable (use_resource=False) is replaced wherever it is read.
Happens: the key is turned into a new read of the variable, which nothing else uses. Fetching the variable gives back
    the fed value, so the feed seems to work, and everything computed from the variable has the stored one.
Fix: refuse a resource variable as a key, and name variable.load or its read tensor in the message.
Known: tensorflow/tensorflow#19884 (closed)
"""

import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf

v1 = tf.compat.v1


def fed(use_resource):
    """Return ten times a variable whose stored value is 1 and whose fed value is 5."""
    with tf.Graph().as_default(), v1.Session() as session:
        variable = v1.get_variable("x", initializer=1.0, use_resource=use_resource)
        times_ten = variable * 10
        session.run(v1.global_variables_initializer())
        return float(session.run(times_ten, {variable: 5.0}))


expected = fed(use_resource=False)
try:
    observed = fed(use_resource=True)
except (TypeError, ValueError) as error:
    print(f"refused: {error}")
    observed = expected
print("observed:", observed)
print("expected:", expected)
if observed != expected:
    sys.exit(f"still wrong: {__doc__.splitlines()[0]}")
print("fixed in this version")
