"""Liu et al., Learning Global Pose Features in Graph Convolutional Networks for 3D Human Pose Estimation
(ACCV 2020): a graph network with a global node lifts 2D joints to 3D. Results: reports/gcn/README.md.

Curves: `loss` is the mean squared error of the joints, in m² (of normalised joints in Martinez' network),
`loss_task` the weighted auxiliary loss, `error` and `train_error` are MPJPE in mm on 2,000 poses each of the
test and the training set.
"""
