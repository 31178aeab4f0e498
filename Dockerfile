# VS Code in the browser with LIF Lab in it, studies in /studies and data sets in /data.
#
#   docker build -t lif-lab .
#   docker run --rm -p 127.0.0.1:8080:8080 -e PASSWORD=choose-one -v "$PWD:/studies" -v lif-data:/data lif-lab
#
# then http://127.0.0.1:8080. Linux hosts whose user is not 1000 add: --user "$(id -u)"
FROM node:22-bookworm AS build
# The native kernels are compiled by this image's g++, for any processor of its architecture.
WORKDIR /lif-lab
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run package

FROM codercom/code-server:4.100.3
USER root
RUN mkdir -p /studies /data && chmod 777 /studies /data
COPY --from=build /lif-lab/dist/lif-lab.vsix /tmp/lif-lab.vsix
COPY --from=build /lif-lab/examples /opt/lif-lab/examples
# The command line runs on the Node of code-server, as the engine does.
RUN printf '#!/bin/sh\nexec /usr/lib/code-server/lib/node /opt/lif-lab/extensions/lif-lab.lif-lab-*/dist/lif.mjs "$@"\n' > /usr/local/bin/lif \
    && chmod 755 /usr/local/bin/lif \
    && code-server --extensions-dir /opt/lif-lab/extensions --install-extension /tmp/lif-lab.vsix \
    && rm /tmp/lif-lab.vsix && chmod -R a+rwX /opt/lif-lab
USER 1000
ENV LIF_DATA=/data
WORKDIR /studies
EXPOSE 8080
# PASSWORD is the one to sign in with; without it code-server makes one up and prints where it is.
ENTRYPOINT ["/usr/bin/entrypoint.sh", "--bind-addr", "0.0.0.0:8080", "--extensions-dir", "/opt/lif-lab/extensions", "--disable-telemetry"]
CMD ["/studies"]
