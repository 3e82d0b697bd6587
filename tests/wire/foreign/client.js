// npm smpp as a client of our listener: bind, commands, long messages both ways, unbind. Prints what it saw as JSON.
'use strict';

const path = require('path');

const [folder, port, systemId, password, number] = process.argv.slice(2);
const smpp = require(path.join(folder, 'node_modules', 'smpp'));

const seen = { taken: [], delivered: [], faults: [] };
let came = () => {};

const session = smpp.connect({ url: `smpp://127.0.0.1:${port}` });
session.on('error', (error) => seen.faults.push(String(error)));
session.on('deliver_sm', (pdu) => {
  session.send(pdu.response());
  seen.delivered.push({
    source: pdu.source_addr,
    destination: pdu.destination_addr,
    esm_class: pdu.esm_class,
    data_coding: pdu.data_coding,
    udh: (pdu.short_message.udh || []).map((each) => each.toString('hex')),
    text: pdu.short_message.message,
    op: pdu.ussd_service_op,
    session: pdu.its_session_info === undefined ? null : Buffer.from(pdu.its_session_info).toString('hex'),
  });
  came();
});

// Returns when so many have come.
const delivered = (count) => new Promise((resolve) => {
  came = () => { if (seen.delivered.length >= count) resolve(); };
  came();
});
const ask = (command, options) => new Promise((resolve) => session[command](options || {}, resolve));

async function say(options) {
  const pdu = await ask('submit_sm', Object.assign(
    { source_addr_ton: 1, source_addr_npi: 1, source_addr: number, dest_addr_npi: 1, destination_addr: '111' }, options,
  ));
  seen.taken.push({ status: pdu.command_status, message_id: pdu.message_id });
}

async function talk() {
  const bound = await ask('bind_transceiver', { system_id: systemId, password });
  seen.bound = { status: bound.command_status, system_id: bound.system_id, version: bound.sc_interface_version };
  await say({ short_message: 'БАЛАНС' });
  await delivered(1);
  await say({
    short_message: Buffer.from('*100#'), data_coding: 0x0f, service_type: 'USSD',
    ussd_service_op: 1, its_session_info: Buffer.from([0x12, 0x34]),
  });
  await delivered(2);
  await say({ short_message: 'ПОМОЩЬ' });
  await delivered(5);
  const long = 'БАЛАНС ' + 'пожалуйста '.repeat(10);
  for (let part = 1; part <= 2; part += 1) {
    const udh = Buffer.from([5, 0, 3, 0x42, 2, part]);
    await say({ short_message: { udh, message: part === 1 ? long.slice(0, 67) : long.slice(67) } });
  }
  await delivered(6);
  seen.alive = (await ask('enquire_link')).command_status;
  seen.unbound = (await ask('unbind')).command_status;
}

setTimeout(() => { seen.faults.push('nothing more came'); finish(); }, 8000).unref();
function finish() {
  process.stdout.write(JSON.stringify(seen), () => process.exit(0));
}
session.on('connect', () => talk().then(finish, (error) => { seen.faults.push(String(error)); finish(); }));
