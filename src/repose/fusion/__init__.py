"""Jiang et al., 2D Pre-Training for 3D Pose Estimation, after Zhou et al. (ICCV 2017): three stages of
training on pictures. Results: reports/fusion/README.md.

Curves: `heatmap`, `depth` and `geometric` are the unweighted losses; `train_…` and `tenth_…` are measured on
training pictures and on every tenth test picture: `pck` heat-map PCK in %, `mpjpe` in mm.
"""
