"""Jin et al., Differentiable Hierarchical Graph Grouping for Multi-Person Pose Estimation (ECCV 2020), beside
its baseline, associative embedding (NeurIPS 2017). Results: reports/hgg/README.md.

Curves: the parts of the loss, unweighted: `heatmap`, `pull` and `push` of the proposals; `edge`, `final` and
`intermediate` of the grouping.
"""
