"""2D pre-training for 3D pose estimation (Jiang et al.), after Zhou et al. (ICCV 2017).

Numbers: `crops`, `prepare`, `pack`, `augment`. Training: `network`, `hourglass`, `losses`, `batches`, `run`.
"""
