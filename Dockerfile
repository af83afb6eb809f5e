# The application only; Postgres and Valkey are separate services (docker-compose.yml).
FROM python:3.12-slim AS build
WORKDIR /app
COPY requirements/onnx.txt requirements/
# pip stays outside the environment: nothing is installed in a container.
RUN python -m venv --without-pip /venv \
    && python -m pip --python /venv/bin/python install --no-cache-dir --no-compile --disable-pip-version-check \
        -r requirements/onnx.txt
COPY . .
RUN /venv/bin/python -m config.launcher.prepare static \
    && sh image/trim_packages.sh /venv/lib/python3*/site-packages /app/staticfiles \
    && /venv/bin/python -m compileall -q -j 0 /venv/lib /app

FROM python:3.12-slim AS system
RUN useradd --system --uid 10001 --no-log-init --no-create-home --home-dir /data --shell /usr/sbin/nologin vigie \
    && install -d -o vigie -m 0700 /data
COPY image/trim_system.sh /tmp/
RUN sh /tmp/trim_system.sh

# A new base, so deleted files take no space.
FROM scratch
COPY --from=system / /
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8000 VIGIE_DATA_DIR=/data
USER vigie
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-m", "config.launcher.healthcheck"]
CMD ["gunicorn", "-c", "python:config.gunicorn", "config.wsgi"]
