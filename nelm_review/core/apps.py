from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "nelm_review.core"
    label = "core"
    verbose_name = "Accounts and site"
