"""The administration site that every app registers its models with: pages, history, refusals in words."""
