"""Handouts, slides and notebooks for Colab, made from the built book."""
