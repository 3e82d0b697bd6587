// npm smpp as a message centre for our link: prints its port, then as JSON what it saw once the gateway has unbound.
'use strict';

const path = require('path');

const [folder, number] = process.argv.slice(2);
const smpp = require(path.join(folder, 'node_modules', 'smpp'));

const seen = { taken: [], submitted: [], faults: [] };
let came = () => {};
let ids = 0;

const server = smpp.createServer((session) => {
  session.on('error', (error) => seen.faults.push(String(error)));
  session.on('bind_transceiver', (pdu) => {
    seen.bound = { system_id: pdu.system_id, password: pdu.password, version: pdu.interface_version };
    session.send(pdu.response({ system_id: 'node', sc_interface_version: 0x34 }));
    talk(session).then(() => process.stdout.write('done\n'), (error) => seen.faults.push(String(error)));
  });
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('submit_sm', (pdu) => {
    ids += 1;
    session.send(pdu.response({ message_id: `n${ids}` }));
    seen.submitted.push({
      source: pdu.source_addr,
      destination: pdu.destination_addr,
      validity: String(pdu.validity_period),
      udh: (pdu.short_message.udh || []).map((each) => each.toString('hex')),
      text: pdu.short_message.message,
      op: pdu.ussd_service_op,
      session: pdu.its_session_info === undefined ? null : Buffer.from(pdu.its_session_info).toString('hex'),
    });
    came();
  });
  session.on('unbind', (pdu) => {
    seen.unbound = true;
    session.send(pdu.response());
    session.close();
    finish();
  });
});

// Returns when so many have come.
const submitted = (count) => new Promise((resolve) => {
  came = () => { if (seen.submitted.length >= count) resolve(); };
  came();
});

async function say(session, options) {
  const pdu = await new Promise((resolve) => session.deliver_sm(Object.assign(
    { source_addr_ton: 1, source_addr_npi: 1, source_addr: number, dest_addr_npi: 1, destination_addr: '111' }, options,
  ), resolve));
  seen.taken.push({ status: pdu.command_status });
}

async function talk(session) {
  await say(session, { short_message: 'БАЛАНС' });
  await submitted(1);
  await say(session, {
    short_message: Buffer.from('*100#'), data_coding: 0x0f, service_type: 'USSD',
    ussd_service_op: 1, its_session_info: Buffer.from([0x12, 0x34]),
  });
  await submitted(2);
  await say(session, { short_message: 'ПОМОЩЬ' });
  await submitted(5);
  const long = 'БАЛАНС ' + 'пожалуйста '.repeat(10);
  for (let part = 1; part <= 2; part += 1) {
    const udh = Buffer.from([5, 0, 3, 0x42, 2, part]);
    await say(session, { short_message: { udh, message: part === 1 ? long.slice(0, 67) : long.slice(67) } });
  }
  await submitted(6);
  seen.alive = await new Promise((resolve) => session.enquire_link((pdu) => resolve(pdu.command_status)));
}

setTimeout(() => { seen.faults.push('nothing more came'); finish(); }, 8000).unref();
function finish() {
  process.stdout.write(JSON.stringify(seen) + '\n', () => process.exit(0));
}
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
