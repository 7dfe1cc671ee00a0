"""Puts our administration site in the place of Django's."""

from django.contrib.admin.apps import AdminConfig


class AdministrationConfig(AdminConfig):
    default_site = "nelm_review.core.administration.site.AdministrationSite"
