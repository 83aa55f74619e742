# An Asterisk for Cordpair: Debian's own, which only the unstable release has, with dialplans/asterisk as it is. What is
# particular to a machine is mounted at /etc/asterisk/cordpair.d. Built from the repository's top by deploy/compose.yaml.
FROM debian:sid-slim

RUN apt-get update \
 && apt-get install -y --no-install-recommends asterisk asterisk-core-sounds-en-gsm asterisk-moh-opsound-wav ca-certificates openssl \
 && rm -rf /var/lib/apt/lists/*

COPY dialplans/asterisk/*.conf /etc/asterisk/
# The distribution's own, with its directories: no dialplan may start a shell.
RUN printf '[options]\nlive_dangerously = no\n' > /etc/asterisk/asterisk.conf \
 && install -d -o asterisk -g asterisk -m 0750 /etc/asterisk/cordpair.d /run/asterisk

USER asterisk
CMD ["/usr/sbin/asterisk", "-f"]
