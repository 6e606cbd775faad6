# The image with more languages where an image registry answers. Where none does, more-hook.sh makes the same from Debian's packages.
ARG BASE=debian:bookworm-20250520-slim

FROM ${BASE} AS supervisor
RUN apt-get -qq update && apt-get -qq install -y --no-install-recommends gcc libc6-dev
COPY measuring.h supervising.h supervisor.c /build/
RUN gcc -O2 -Wall -Wextra -static -s -o /build/supervisor /build/supervisor.c

FROM ${BASE} AS rootfs
COPY more-packages.txt finish-more.sh /build/
# usr-is-merged is for unpacking without maintainer scripts, and refuses to install where /bin is merged already.
RUN apt-get -qq update \
  && grep -v usr-is-merged /build/more-packages.txt | DEBIAN_FRONTEND=noninteractive xargs apt-get -qq install -y --no-install-recommends \
  && mkdir -p /usr/lib/watt \
  && dpkg-query -W --showformat '${Package} ${Version} ${Architecture}\n' >/usr/lib/watt/packages.txt
COPY --from=supervisor /build/supervisor /usr/lib/watt/supervisor
RUN sh /build/finish-more.sh "" \
  && rm -rf /build /var/cache/apt /var/lib/apt /var/lib/dpkg/info/*.list

# One layer, so that what was taken away is gone.
FROM scratch
COPY --from=rootfs / /
ENV PATH=/usr/bin:/bin
