# Talks to an echo server by UDP in all the ways that there are, and checks whom it is told that it talks to. argv: host port.
# Prints JSON: { ways: { way: ms of each round trip }, refusedMs: until an error told that nobody is there }.
import json, os, select, socket, sys, time

host, port = sys.argv[1], int(sys.argv[2])
family = socket.AF_INET6 if ':' in host else socket.AF_INET


def make(bound=False):
    one = socket.socket(family, socket.SOCK_DGRAM)
    one.settimeout(120)
    if bound:
        one.bind((host, 0))
    return one


def trips(trip):
    times = []
    for _ in range(3):
        start = time.monotonic()
        trip()
        times.append(1000 * (time.monotonic() - start))
    return times


def expect(value, wanted):
    assert value == wanted, (value, wanted)


def by_write():
    os.write(connected.fileno(), b'a')
    select.select([connected], [], [], 5)
    expect(os.read(connected.fileno(), 9), b'a')


def by_send():
    connected.send(b'b')
    data, sender = connected.recvfrom(9)
    expect((data, sender[:2]), (b'b', (host, port)))


def by_message():
    connected.sendmsg([b'c', b'd'])
    data, _, _, sender = connected.recvmsg(9)
    expect((data, sender[:2]), (b'cd', (host, port)))


def by_address():
    free.sendto(b'e', (host, port))
    data, sender = free.recvfrom(9)
    expect((data, sender[:2]), (b'e', (host, port)))


def within(answer):
    def trip():
        first.send(b'f')
        data, sender = second.recvfrom(9)
        expect((data, sender), (b'f', first.getsockname()))
        answer(sender)
        data, sender = first.recvfrom(9)
        expect((data, sender), (b'g', second.getsockname()))

    return trip


connected, free, first, second = make(), make(), make(bound=True), make(bound=True)
connected.connect((host, port))
expect(connected.getpeername()[:2], (host, port))
first.connect(second.getsockname())
ways = {
    'write': trips(by_write),
    'send': trips(by_send),
    'sendmsg': trips(by_message),
    'sendto': trips(by_address),
    'within the tree': trips(within(lambda sender: second.sendto(b'g', sender))),
}
second.connect(first.getsockname())
ways['within the tree, both connected'] = trips(within(lambda sender: second.send(b'g')))

nobody = make()
nobody.connect((host, 1))
start = time.monotonic()
nobody.send(b'h')
try:
    nobody.recv(9)
except ConnectionRefusedError:
    refused = 1000 * (time.monotonic() - start)
nobody.connect((host, port))
nobody.send(b'i')
expect(nobody.recv(9), b'i')

name = first.getsockname()
first.close()
make().bind(name)
print(json.dumps({'ways': ways, 'refusedMs': refused}))
