"""The reviews application."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """Snapshots, reviewers, reviews, defects: everything that knows nothing of courses."""

    name = "reviews"
    verbose_name = "Reviews"
