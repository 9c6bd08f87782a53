"""Trained runs as models: from a run's folder to a function that predicts, and into MLflow's registry."""
