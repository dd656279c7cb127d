# The image of web, worker and beat. Database and broker are servers of their own.

FROM node:22-slim AS assets
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM python:3.11-slim
ENV DJANGO_SETTINGS_MODULE=mops.settings.prod \
    PYTHONUNBUFFERED=1 \
    PORT=8000
WORKDIR /app
COPY requirements.txt constraints.txt ./
RUN pip install --no-cache-dir -r requirements.txt -c constraints.txt
COPY --from=assets /app/node_modules node_modules
COPY . .
# The key only lets the settings load; nothing is signed with it.
RUN python -m compileall -q . \
    && SECRET_KEY=collectstatic python manage.py collectstatic --noinput \
    && useradd --system --uid 10001 mops
USER mops
EXPOSE 8000
# docker-compose.yml has the commands of the three processes.
