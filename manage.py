#!/usr/bin/env python
"""Django's command line; starts the embedded servers for the command when none are configured."""

import os
import sys

from nelm_review import local


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nelm_review.settings")
    from django.core.management import execute_from_command_line

    with local.servers_for_command(sys.argv):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
