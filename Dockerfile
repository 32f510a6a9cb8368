# An image of the programs, for one machine or for many: compose.yaml and "Several machines" in README.md.
FROM node:22-bookworm-slim AS build
# Only one file of it gets into the image, so that whatever version Debian has will do.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install -y --no-install-recommends tini \
  && install -d -o node -g node /app
WORKDIR /app
USER 1000
COPY --chown=node:node package.json package-lock.json ./
RUN npm ci --no-fund --no-audit
COPY --chown=node:node tsconfig.json ./
COPY --chown=node:node workers workers
COPY --chown=node:node src src
RUN npm run build
# The bundled programs have these inside already: six tenths of all packages.
RUN npm pkg delete dependencies.echarts dependencies.yahoo-finance2 \
  && npm prune --omit=dev --no-fund --no-audit

FROM node:22-bookworm-slim
ENV NODE_ENV=production \
  BACKFILL_STATE=/srv/backfill/state
# As process 1 Node would outlive a second Ctrl-C, which ends it by the system's own default.
COPY --from=build /usr/bin/tini-static /usr/bin/tini
# Nobody in the container may change the programs.
COPY --from=build --chown=root:root /app/node_modules /app/node_modules
COPY --from=build --chown=root:root /app/package.json /app/package.json
COPY --from=build --chown=root:root /app/dist /app/dist
RUN ln -s /app/dist/src/cli/backfill.js /usr/local/bin/backfill \
  && ln -s /app/dist/src/cli/check-data.js /usr/local/bin/check-data \
  && install -d -o node -g node /srv/backfill /srv/backfill/data /srv/backfill/state
# Where `data`, the store of whoever names none, and lists of tickers lie.
WORKDIR /srv/backfill
# `node`, by the number that Kubernetes asks for.
USER 1000
EXPOSE 8321
STOPSIGNAL SIGTERM
# A dashboard has to answer, be it that a token is needed; what listens to nobody is well as long as it is there.
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8321/').then(({ status }) => process.exit(status < 500 ? 0 : 1), ({ cause }) => process.exit(cause?.code === 'ECONNREFUSED' ? 0 : 1))"]
ENTRYPOINT ["tini", "--", "backfill"]
