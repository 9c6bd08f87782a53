"""Qiu et al., Dynamic GCN for Efficient Multi-Person Pose Estimation (AAAI 2020), on the fields of PifPaf
(CVPR 2019): all people of a picture at once, with a graph of joints inside. Results: reports/dgcn/README.md.

Curves: the parts of the loss, unweighted: confidences (`pif_c`, `paf_c`), vectors (`pif_vec`, `paf_vec1`,
`paf_vec2`) and sizes (`pif_scale`) of joints and limbs, `supervision` of the graph; `held_loss` is
the whole loss on held-out training pictures.
"""
