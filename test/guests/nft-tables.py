# Prints the names of all nf_tables tables of this network namespace, one a line: what `nft list tables` would show.
import socket
import struct

NFT_MSG_GETTABLE = 0x0A01
NLM_F_REQUEST_DUMP = 0x301
NLMSG_DONE = 3
NFTA_TABLE_NAME = 1

netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
netlink.send(struct.pack("=IHHIIBBH", 20, NFT_MSG_GETTABLE, NLM_F_REQUEST_DUMP, 1, 0, 0, 0, 0))
done = False
while not done:
    data = netlink.recv(1 << 16)
    while data:
        size, kind = struct.unpack_from("=IH", data)
        if kind in (NLMSG_DONE, 2):
            done = True
            break
        at = 20
        while at + 4 <= size:
            length, attribute = struct.unpack_from("=HH", data, at)
            if attribute & 0x7FFF == NFTA_TABLE_NAME:
                print(data[at + 4 : at + length - 1].decode())
            at += (length + 3) & ~3
        data = data[(size + 3) & ~3 :]
