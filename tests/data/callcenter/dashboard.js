var app = new Vue({
  el: '#app',
  conn: null,
  data: {
    calls: {},
    agents: {},
    connections: {},
    stats: {}
  },
  mounted: function() {
    this.conn = new WebSocket('ws://callcenter.local:8080/callcenter');

    this.conn.onopen = function (e) {
      this.send('HELLO');
    };

    this.conn.onmessage = function (e) {
      let lines = e.data.split("\n");

      lines.forEach(function (val, index) {
        if (val.length) {
          this.updateUI(val);
        }
      }, app)
    };
  },
  methods: {
updateUI(msg) {
    let obj = JSON.parse(msg);
    if (!obj) return;
    switch (obj.type) {
        case 'AGENT':
            this.addOrUpdateAgent(obj);
            break;
        case 'CALL':
            this.addOrUpdateCall(obj);
            break;
        case 'CONNECT':
            this.addOrUpdateConnection(obj);
            break;
        case 'STATS':
            this.stats = obj;
            break;
        default:
            break;
    }
},
addOrUpdateCall(call)
{
  if (call.status == 'HANGUP' || call.status == 'ABANDON') {
    this.$delete(this.calls, call.id);
    // connection has same Id as call
    this.$delete(this.connections, call.id);
  } else {
    this.$set(this.calls, call.id, call);
  }
},

addOrUpdateAgent(agent)
{
  if (agent.status == 'LOGGEDOUT') {
    this.$delete(this.agents, agent.agentid);
  } else {
    this.$set(this.agents, agent.agentid, agent);
  }
},

addOrUpdateConnection(connection)
{
  this.$set(this.connections, connection.id, connection);
}
  }
});
