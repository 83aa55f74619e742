// A person in a browser: a voice of one frequency, a phone, and an ear that tells the loudest frequency.
import JsSIP from "jssip";

const NO_ICE = { iceServers: [] };
window.state = "new";
window.freq = () => 0;

async function voice(hertz) {
  const context = new AudioContext();
  const tone = context.createOscillator();
  const out = context.createMediaStreamDestination();
  tone.frequency.value = hertz;
  tone.connect(out);
  tone.start();
  await context.resume();
  return out.stream;
}

function listen(stream) {
  const sound = document.createElement("audio"); // Chromium decodes only what is played somewhere
  sound.srcObject = stream;
  sound.play();
  const context = new AudioContext();
  context.resume();
  const ear = context.createAnalyser();
  ear.fftSize = 8192;
  context.createMediaStreamSource(stream).connect(ear);
  window.freq = () => {
    const levels = new Float32Array(ear.frequencyBinCount);
    ear.getFloatFrequencyData(levels);
    const loudest = levels.indexOf(Math.max(...levels));
    return levels[loudest] < -70 ? 0 : Math.round((loudest * context.sampleRate) / ear.fftSize);
  };
}

function watch(session) {
  const hear = () => session.connection.addEventListener("track", (event) => listen(event.streams[0]));
  if (session.connection) hear();
  else session.on("peerconnection", hear);
  for (const event of ["confirmed", "ended", "failed"]) session.on(event, () => (window.state = event));
}

function agent(url, uri, register) {
  const sockets = [new JsSIP.WebSocketInterface(url)];
  return new JsSIP.UA({ sockets, uri, register, session_timers: false });
}

window.phone = async (url, uri, hertz) => {
  const mediaStream = await voice(hertz);
  const ua = agent(url, uri, true);
  ua.on("registered", () => (window.state = "registered"));
  ua.on("newRTCSession", ({ session }) => {
    watch(session);
    session.answer({ mediaStream, pcConfig: NO_ICE }); // without mediaStream a late offer has no sound
  });
  ua.start();
};

window.call = async (url, uri, target, hertz) => {
  const mediaStream = await voice(hertz);
  const ua = agent(url, uri, false);
  ua.on("connected", () => watch(ua.call(target, { mediaStream, pcConfig: NO_ICE })));
  ua.start();
};
