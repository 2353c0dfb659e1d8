"""Makes descriptors of many kinds and passes data through them: each line of a trace of it is known."""

import array
import os
import select
import socket

server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()
client = socket.create_connection(server.getsockname())
peer, _ = server.accept()
client.sendmsg([b"a vector ", b"of buffers, longer than 32 bytes together"])
peer.recv(100)

datagrams = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
datagrams.bind(("::1", 0))

abstract = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
abstract.bind(f"\0renacer-test-{os.getpid()}")
abstract.getsockname()

left, right = socket.socketpair()
null = os.open("/dev/null", os.O_RDWR)
right.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [null]))])
left.recvmsg(10, socket.CMSG_SPACE(4))

poll = select.poll()
poll.register(peer, select.POLLIN | select.POLLOUT)
poll.poll(1000)
select.select([client], [right], [], 1)

pid = os.pidfd_open(os.getpid())
os.set_inheritable(pid, True)

file = os.open("gone", os.O_RDWR | os.O_CREAT)
os.unlink("gone")
os.write(file, bytes(range(200)))
os.pread(file, 17, 3)
os.pwritev(file, [b"ab", b"cdef"], 0)
reader, writer = os.pipe()
os.dup2(writer, reader)
os.kill(os.getpid(), 0)
