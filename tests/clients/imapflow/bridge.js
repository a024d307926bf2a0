// Calls imapflow for a test: bridge.js FOLDER PORT CERTIFICATE USER PASSWORD
//
// FOLDER is where npm has installed it. A line of input is a JSON list, a method's name and its
// arguments; a line of output is {"result": …} or {"error": …}. Octets become {"octets": hex}.
// The method "events" answers with what the server has told since it was asked last.

'use strict';

const fs = require('fs');
const path = require('path');
const readline = require('readline');

const [folder, port, certificate, user, password] = process.argv.slice(2);
const { ImapFlow } = require(path.join(folder, 'node_modules', 'imapflow'));

const client = new ImapFlow({
    host: 'localhost',
    port: Number(port),
    secure: true,
    auth: { user, pass: password },
    tls: { ca: fs.readFileSync(certificate) },
    qresync: true,
    logger: false,
});

let events = [];
for (const name of ['exists', 'expunge', 'flags', 'mailboxOpen', 'mailboxClose']) {
    client.on(name, event => events.push([name, event]));
}
client.on('error', error => events.push(['error', String(error)]));

function plain(key, value) {
    if (typeof value === 'bigint') {
        return Number(value);
    }
    if (value instanceof Map) {
        return Object.fromEntries(value);
    }
    if (value instanceof Set) {
        return Array.from(value).sort();
    }
    if (value && value.type === 'Buffer') {
        return { octets: Buffer.from(value.data).toString('hex') };
    }
    return value;
}

const methods = {
    events: () => events.splice(0),
    capabilities: () => Array.from(client.capabilities.keys()),
    enabled: () => client.enabled,
    // It ends with the next command.
    startIdle: () => {
        client.idle().catch(error => events.push(['error', String(error)]));
    },
    append: (mailbox, octets, flags, date) =>
        client.append(mailbox, Buffer.from(octets, 'hex'), flags, date && new Date(date)),
    fetchAll: async (range, query, options) => {
        const found = [];
        for await (const message of client.fetch(range, query, options)) {
            found.push(message);
        }
        return found;
    },
    download: async (range, part, options) => {
        const { meta, content } = await client.download(range, part, options);
        const chunks = [];
        for await (const chunk of content) {
            chunks.push(chunk);
        }
        return { meta, content: Buffer.concat(chunks) };
    },
};

async function answer(line) {
    const [method, ...words] = JSON.parse(line);
    try {
        const call = methods[method] || client[method].bind(client);
        return { result: (await call(...words)) ?? null };
    } catch (error) {
        return { error: `${error.responseStatus || ''} ${error.responseText || error.message}` };
    }
}

async function main() {
    await client.connect();
    for await (const line of readline.createInterface({ input: process.stdin })) {
        console.log(JSON.stringify(await answer(line), plain));
    }
    await client.logout();
}

main().catch(error => {
    console.error(error);
    process.exit(1);
});
