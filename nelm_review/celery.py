"""The Celery application: workers, the Entrez worker and beat all start from here."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nelm_review.settings")

app = Celery("nelm_review")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
