// In every page before its own code: what the page hears and sees, and what its sockets said when, for a test to ask.
(() => {
  const ask = navigator.mediaDevices?.getUserMedia?.bind(navigator.mediaDevices);
  // A tone is what noise suppression takes away.
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  if (ask) navigator.mediaDevices.getUserMedia = (wanted) => ask({ ...wanted, audio: wanted.audio ? plain : false });

  const streams = [];
  const notice = (element) => {
    const stream = element.srcObject;
    if (!stream || streams.some((each) => each.stream === stream)) return;
    const context = new AudioContext();
    void context.resume();
    const ear = context.createAnalyser();
    ear.fftSize = 8192;
    let source = null;
    const attach = () => {
      source?.disconnect();
      if (!stream.getAudioTracks().length) return;
      source = context.createMediaStreamSource(new MediaStream(stream.getAudioTracks()));
      source.connect(ear);
    };
    attach();
    let known = stream.getAudioTracks()[0];
    streams.push({ stream, element, ear, context, renew: () => {
      if (stream.getAudioTracks()[0] !== known) { known = stream.getAudioTracks()[0]; attach(); }
    } });
  };
  const elements = (root, tag) => [
    ...root.querySelectorAll(tag),
    ...[...root.querySelectorAll("*")].flatMap((each) => (each.shadowRoot ? elements(each.shadowRoot, tag) : [])),
  ];

  /** The loudest frequency (Hz) of what this page plays from a peer; 0: silence. */
  window.heard = () => {
    const playing = elements(document, "audio").filter((each) => each.srcObject && !each.paused && !each.muted);
    playing.forEach(notice);
    let best = { level: -70, hertz: 0 };
    for (const { stream, ear, context, renew } of streams) {
      if (!playing.some((each) => each.srcObject === stream)) continue;
      if (stream.getAudioTracks().every((track) => track.muted)) continue; // nothing comes; the ear keeps what was last
      renew();
      const levels = new Float32Array(ear.frequencyBinCount);
      ear.getFloatFrequencyData(levels);
      const at = levels.indexOf(Math.max(...levels));
      if (levels[at] > best.level) best = { level: levels[at], hertz: Math.round((at * context.sampleRate) / ear.fftSize) };
    }
    return best.hertz;
  };

  /** The mean colour of the other side's picture, and a number that changes with it; null: there is none. */
  window.seen = () => {
    const video = elements(document, "video").find((each) => !each.classList.contains("own") && each.videoWidth);
    if (!video) return null;
    const canvas = document.createElement("canvas");
    canvas.width = 32;
    canvas.height = 24;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(video, 0, 0, 32, 24);
    const { data } = pen.getImageData(0, 0, 32, 24);
    const sum = [0, 0, 0];
    let mark = 0;
    data.forEach((value, at) => {
      if (at % 4 === 3) return;
      sum[at % 4] += value;
      mark = (mark * 31 + (value >> 4)) % 1000003;
    });
    return { colour: sum.map((each) => Math.round(each / (32 * 24))), mark, width: video.videoWidth };
  };

  /** Every frame of every socket, with its time, and what the page showed when a call came in. */
  window.frames_ = [];
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(url, protocols) {
      super(url, protocols);
      this.addEventListener("message", ({ data }) => this.note("in", data));
    }
    send(data) {
      this.note("out", data);
      super.send(data);
    }
    note(way, data) {
      const text = typeof data === "string" ? data : "";
      const rings = way === "in" && /^INVITE /.test(text) && !/^To:.*;tag=/im.test(text);
      const path = new URL(this.url).pathname;
      window.frames_.push({ at: performance.timeOrigin + performance.now(), way, path, text, shown: rings ? document.body.innerText : "" });
    }
  };
})();
