"""Tran et al., Combination of Deep Learner Network and Transformer for 3D Human Pose Estimation: a gated and
a plain fully connected stream lift 2D joints to 3D. Results: reports/learner/README.md.

Curves: `loss` is the mean squared error of normalised joints, `error` and `train_error` are MPJPE in mm on
2,000 poses each of the test and the training set.
"""
