"""`reports/index.html`: all results as one page that opens from disk and needs no network.

Every report writes a part of it (`part`); the front page's stage puts the parts together (`page`).
"""
