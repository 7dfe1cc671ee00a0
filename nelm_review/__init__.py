"""The NELM Review project: wiring, and the small kernel that both apps need."""

from nelm_review.celery import app as celery_app

__all__ = ["celery_app"]
