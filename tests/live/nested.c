/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Requests to devices that a machine may lack, made of a file that refuses them: what they would
 * read is in the trace, through every pointer.
 */
#include <linux/filter.h>
#include <linux/fsmap.h>
#include <linux/fsverity.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <linux/if_tun.h>
#include <linux/random.h>
#include <linux/spi/spidev.h>
#include <linux/usbdevice_fs.h>
#include <sys/ioctl.h>

#include "expect.h"

static int fd;

static void buses(void)
{
	struct i2c_msg *messages = tail(sizeof(*messages));
	struct i2c_rdwr_ioctl_data *transfer = tail(sizeof(*transfer));
	struct i2c_smbus_ioctl_data *smbus = tail(sizeof(*smbus));
	struct spi_ioc_transfer *spi = tail(3 * sizeof(*spi));
	char *bytes = tail_copy("bytes", 5), *block = tail(34);

	memset(messages, 0, sizeof(*messages));
	messages->len = 5;
	messages->buf = (void *)bytes;
	transfer->msgs = messages;
	transfer->nmsgs = 1;
	TEST("I2C_RDWR: a message to write");
	CALL(ioctl, fd, I2C_RDWR, transfer);
	in(2, transfer, sizeof(*transfer));
	in(2, messages, sizeof(*messages));
	in(2, bytes, 5);
	messages->flags = I2C_M_RD;
	TEST("I2C_RDWR: a message to read, whose buffer is read too");
	CALL(ioctl, fd, I2C_RDWR, transfer);
	in(2, messages, sizeof(*messages));
	in(2, bytes, 5);
	memset(smbus, 0, sizeof(*smbus));
	smbus->read_write = I2C_SMBUS_WRITE;
	smbus->size = I2C_SMBUS_BLOCK_DATA;
	smbus->data = (void *)block;
	TEST("I2C_SMBUS: a block");
	CALL(ioctl, fd, I2C_SMBUS, smbus);
	in(2, smbus, sizeof(*smbus));
	in(2, block, 34);
	memset(spi, 0, 3 * sizeof(*spi));
	for (int i = 0; i < 3; i++) {
		spi[i].tx_buf = POINTER(tail_copy("transfer", 8));
		spi[i].len = 8;
	}
	TEST("SPI_IOC_MESSAGE: three transfers");
	CALL(ioctl, fd, SPI_IOC_MESSAGE(3), spi);
	in(2, spi, 3 * sizeof(*spi));
	for (int i = 0; i < 3; i++)
		in(2, (void *)(uintptr_t)spi[i].tx_buf, 8);
}

static void usb(void)
{
	struct usbdevfs_bulktransfer *bulk = tail(sizeof(*bulk));
	struct usbdevfs_urb *urb = tail(sizeof(*urb));
	struct usbdevfs_streams *streams = tail(sizeof(*streams) + 2);
	char *bytes = tail_copy("to the device", 13);

	*bulk = (struct usbdevfs_bulktransfer){ .ep = 1, .len = 13, .data = bytes };
	TEST("USBDEVFS_BULK: to the device");
	CALL(ioctl, fd, USBDEVFS_BULK, bulk);
	in(2, bulk, sizeof(*bulk));
	in(2, bytes, 13);
	memset(urb, 0, sizeof(*urb));
	urb->type = USBDEVFS_URB_TYPE_BULK;
	urb->endpoint = 1;
	urb->buffer = bytes;
	urb->buffer_length = 13;
	TEST("USBDEVFS_SUBMITURB: to the device");
	CALL(ioctl, fd, USBDEVFS_SUBMITURB, urb);
	in(2, urb, sizeof(*urb));
	in(2, bytes, 13);
	streams->num_streams = 1;
	streams->num_eps = 2;
	TEST("USBDEVFS_ALLOC_STREAMS: endpoints behind their number");
	CALL(ioctl, fd, USBDEVFS_ALLOC_STREAMS, streams);
	in(2, streams, sizeof(*streams));
	in(2, streams->eps, 2);
}

static void files(void)
{
	struct fsverity_enable_arg *verity = tail(sizeof(*verity));
	struct fsverity_digest *digest = tail(sizeof(*digest) + 64);
	struct fsverity_read_metadata_arg *metadata = tail(sizeof(*metadata));
	struct fsmap_head *map = tail(sizeof(*map));
	char *salt = tail_copy("salt", 4), *signature = tail_copy("signature", 9);

	memset(verity, 0, sizeof(*verity));
	verity->salt_ptr = POINTER(salt);
	verity->salt_size = 4;
	verity->sig_ptr = POINTER(signature);
	verity->sig_size = 9;
	TEST("FS_IOC_ENABLE_VERITY: salt and signature");
	CALL(ioctl, fd, FS_IOC_ENABLE_VERITY, verity);
	in(2, verity, sizeof(*verity));
	in(2, salt, 4);
	in(2, signature, 9);
	memset(digest, 0, sizeof(*digest));
	digest->digest_size = 64;
	memset(metadata, 0, sizeof(*metadata));
	metadata->length = 64;
	metadata->buf_ptr = POINTER(tail(64));
	TEST("FS_IOC_MEASURE_VERITY and FS_IOC_READ_VERITY_METADATA, of a file without");
	CALL(ioctl, fd, FS_IOC_MEASURE_VERITY, digest);
	in(2, digest, sizeof(*digest));
	CALL(ioctl, fd, FS_IOC_READ_VERITY_METADATA, metadata);
	in(2, metadata, sizeof(*metadata));
	memset(map, 0, sizeof(*map));
	TEST("FS_IOC_GETFSMAP");
	CALL(ioctl, fd, FS_IOC_GETFSMAP, map);
	in(2, map, sizeof(*map));
}

static void others(void)
{
	const struct sock_filter code = { BPF_RET | BPF_K, 0, 0, 0xffff };
	struct sock_fprog *program = tail(sizeof(*program));
	int *entropy = tail(12);

	program->len = 1;
	program->filter = tail_copy(&code, sizeof(code));
	TEST("TUNATTACHFILTER: a program");
	CALL(ioctl, fd, TUNATTACHFILTER, program);
	in(2, program, sizeof(*program));
	in(2, program->filter, sizeof(code));
	entropy[0] = 0;
	entropy[1] = 4;
	TEST("RNDADDENTROPY: bytes behind their length");
	CALL(ioctl, fd, RNDADDENTROPY, entropy);
	in(2, entropy, 8);
	in(2, entropy + 2, 4);
}

int main(void)
{
	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	need(fd >= 0, "/dev/null");
	buses();
	usb();
	files();
	others();
	flush();
	return 0;
}
