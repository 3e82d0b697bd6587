// npm smpp as a USSD centre that is asked to open dialogs: names the session in its response, confirms a notification,
// answers a question. Prints its port, a line for each end of a dialog, then as JSON what it saw once it is unbound.
'use strict';

const path = require('path');

const [folder] = process.argv.slice(2);
const smpp = require(path.join(folder, 'node_modules', 'smpp'));
smpp.addTLV('vendor_session', { id: 0x1501, type: smpp.types.tlv.buffer });

const NOTIFY = 3, ASK = 2, CONFIRM = 19, ANSWER = 18, LAST = 0x83, RELEASE = 0x80;
const seen = { submitted: [], taken: [], faults: [] };
let sessions = 0;

const server = smpp.createServer((session) => {
  session.on('error', (error) => seen.faults.push(String(error)));
  session.on('bind_transceiver', (pdu) => {
    session.send(pdu.response({ system_id: 'node', sc_interface_version: 0x34 }));
    process.stdout.write('bound\n');
  });
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('submit_sm', (pdu) => {
    const named = pdu.vendor_session === undefined ? null : Buffer.from(pdu.vendor_session);
    seen.submitted.push({
      op: pdu.ussd_service_op, session: named && named.toString('hex'), to: pdu.destination_addr,
      service_type: pdu.service_type, text: textOf(pdu.short_message.message),
    });
    const opened = Buffer.from([0, 0, 0xb0, named ? 0 : (sessions += 1)]);
    session.send(pdu.response(named ? { message_id: 'm' } : { message_id: 'm', vendor_session: opened }));
    if (pdu.ussd_service_op === NOTIFY) say(session, pdu, CONFIRM, opened, '');
    if (pdu.ussd_service_op === ASK) say(session, pdu, ANSWER, named || opened, '2');
    if (pdu.ussd_service_op === LAST || pdu.ussd_service_op === RELEASE) process.stdout.write('ended\n');
  });
  session.on('unbind', (pdu) => {
    session.send(pdu.response());
    session.close();
    finish();
  });
});

// The library decodes what it takes for UCS-2, and leaves data_coding 0x0F as octets.
const textOf = (message) => (typeof message === 'string' ? message : message.toString('latin1'));

function say(session, pdu, operation, opened, text) {
  session.deliver_sm({
    source_addr_ton: 1, source_addr_npi: 1, source_addr: pdu.destination_addr, destination_addr: pdu.source_addr,
    service_type: 'USSD', data_coding: 0x0f, ussd_service_op: operation, vendor_session: opened,
    short_message: Buffer.from(text),
  }, (response) => seen.taken.push(response.command_status));
}

setTimeout(() => { seen.faults.push('nothing more came'); finish(); }, 8000).unref();
function finish() {
  process.stdout.write(JSON.stringify(seen) + '\n', () => process.exit(0));
}
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
