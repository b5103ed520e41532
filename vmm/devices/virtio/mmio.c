/* SPDX-License-Identifier: MIT */
#include "devices/virtio/mmio.h"

#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/bytes.h"

#define MMIO_MAGIC    0x74726976u /* "virt" */
#define MMIO_VERSION  2
#define MMIO_VENDOR   0x4d4d5650u /* "PVMM" */
#define REGISTER_SIZE 4

#define STATUS_RESET	   0
#define STATUS_ACKNOWLEDGE VIRTIO_CONFIG_S_ACKNOWLEDGE
#define STATUS_DRIVER	   (STATUS_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER)
#define STATUS_FEATURES_OK (STATUS_DRIVER | VIRTIO_CONFIG_S_FEATURES_OK)
#define STATUS_DRIVER_OK   (STATUS_FEATURES_OK | VIRTIO_CONFIG_S_DRIVER_OK)
#define STATUS_NEEDS_RESET VIRTIO_CONFIG_S_NEEDS_RESET
#define STATUS_FAILED	   VIRTIO_CONFIG_S_FAILED

#define TRANSPORT_FEATURES                                                  \
	(1ull << VIRTIO_F_VERSION_1 | 1ull << VIRTIO_RING_F_INDIRECT_DESC | \
	 1ull << VIRTIO_RING_F_EVENT_IDX)

struct queue {
	struct virtqueue_layout layout; /* registers */
	bool ready;			/* register */
	struct virtqueue vq;		/* set up from the registers at DRIVER_OK */
	bool notified_early;		/* before DRIVER_OK */
};

struct virtio_mmio {
	struct virtio_device device;
	const struct guest_mem *mem;
	struct irq_line irq;
	/* not under the lock, so that the guest's interrupt handler does not wait while a request
	 * is served */
	_Atomic uint32_t interrupt_status;
	pthread_mutex_t lock; /* protects all fields below */
	uint32_t status;
	uint32_t device_features_sel, driver_features_sel, queue_sel;
	uint64_t driver_features;
	bool features_out_of_range; /* the driver accepted a feature above bit 63 */
	struct queue queues[VIRTIO_MAX_QUEUES];
	uint32_t config_generation;
	uint8_t config[VIRTIO_CONFIG_SIZE];
};

static bool device_valid(const struct virtio_device *device)
{
	uint16_t size = device->queue_size;

	return device->nr_queues > 0 && device->nr_queues <= VIRTIO_MAX_QUEUES && size > 0 &&
	       size <= VIRTQUEUE_MAX_SIZE && !(size & (size - 1)) &&
	       device->config_size <= VIRTIO_CONFIG_SIZE;
}

int virtio_mmio_create(const struct virtio_device *device, const struct guest_mem *mem,
		       const struct irq_line *irq, struct virtio_mmio **ret_transport)
{
	struct virtio_mmio *transport;

	if (!device_valid(device))
		return -EINVAL;
	transport = calloc(1, sizeof(*transport));
	if (!transport)
		return -ENOMEM;
	transport->device = *device;
	transport->mem = mem;
	transport->irq = *irq;
	pthread_mutex_init(&transport->lock, NULL);
	if (device->config_size > 0)
		memcpy(transport->config, device->config, device->config_size);
	*ret_transport = transport;
	return 0;
}

void virtio_mmio_destroy(struct virtio_mmio *transport)
{
	if (!transport)
		return;
	pthread_mutex_destroy(&transport->lock);
	free(transport);
}

static uint64_t offered_features(const struct virtio_mmio *transport)
{
	return transport->device.features | TRANSPORT_FEATURES;
}

/* the driver's handler reads the status, which must therefore be set before the edge */
static void interrupt(struct virtio_mmio *transport, uint32_t cause)
{
	atomic_fetch_or(&transport->interrupt_status, cause);
	irq_line_pulse(&transport->irq);
}

static void need_reset(struct virtio_mmio *transport)
{
	if (transport->status & STATUS_NEEDS_RESET)
		return;
	transport->status |= STATUS_NEEDS_RESET;
	interrupt(transport, VIRTIO_MMIO_INT_CONFIG);
}

static void reset(struct virtio_mmio *transport)
{
	transport->status = STATUS_RESET;
	transport->device_features_sel = 0;
	transport->driver_features_sel = 0;
	transport->queue_sel = 0;
	transport->driver_features = 0;
	transport->features_out_of_range = false;
	memset(transport->queues, 0, sizeof(transport->queues));
	atomic_store(&transport->interrupt_status, 0);
}

static bool features_acceptable(const struct virtio_mmio *transport)
{
	uint64_t taken = transport->driver_features;

	return !transport->features_out_of_range && !(taken & ~offered_features(transport)) &&
	       taken & (1ull << VIRTIO_F_VERSION_1);
}

static void serve(struct virtio_mmio *transport, uint32_t index)
{
	const struct virtio_device *device = &transport->device;
	struct virtqueue *vq = &transport->queues[index].vq;
	bool wants_irq;

	virtqueue_begin(vq);
	device->ops->serve(device->model, index, vq);
	wants_irq = virtqueue_end(vq);
	if (vq->broken)
		need_reset(transport);
	else if (wants_irq)
		interrupt(transport, VIRTIO_MMIO_INT_VRING);
}

/*
 * A driver must not notify before DRIVER_OK (VIRTIO 1.2, 3.1.1), but the entropy driver of some
 * kernels of the 5.10 series does, and then waits for ever unless the device remembers it.
 */
static void serve_early(struct virtio_mmio *transport)
{
	for (unsigned int i = 0; i < transport->device.nr_queues; i++)
		if (transport->status == STATUS_DRIVER_OK && transport->queues[i].notified_early)
			serve(transport, i);
}

/* set up the queues; later writes to the registers have no effect. If a layout is not valid, the
 * device needs a reset. */
static void start(struct virtio_mmio *transport)
{
	const struct virtio_device *device = &transport->device;

	transport->status = STATUS_DRIVER_OK;
	if (device->ops->start)
		device->ops->start(device->model, transport->driver_features);
	for (unsigned int i = 0; i < device->nr_queues; i++) {
		struct queue *queue = &transport->queues[i];

		if (!queue->ready)
			continue;
		if (queue->layout.size > device->queue_size ||
		    virtqueue_start(&queue->vq, transport->mem, &queue->layout,
				    transport->driver_features) < 0)
			need_reset(transport);
	}
	serve_early(transport);
}

/* VIRTIO 1.2, 3.1.1: the steps up to FEATURES_OK, which requires acceptable features */
static bool is_next_step(const struct virtio_mmio *transport, uint32_t now, uint32_t value)
{
	switch (value) {
	case STATUS_ACKNOWLEDGE:
		return now == STATUS_RESET;
	case STATUS_DRIVER:
		return now == STATUS_RESET || now == STATUS_ACKNOWLEDGE;
	case STATUS_FEATURES_OK:
		return now == STATUS_DRIVER && features_acceptable(transport);
	default:
		return false;
	}
}

/* only a reset goes backwards; other values are ignored, which the driver sees when it reads the
 * status */
static void write_status(struct virtio_mmio *transport, uint32_t value)
{
	uint32_t now = transport->status & ~STATUS_NEEDS_RESET;

	value &= ~STATUS_NEEDS_RESET;
	if (value == STATUS_RESET)
		reset(transport);
	else if (value & STATUS_FAILED)
		transport->status |= STATUS_FAILED;
	else if (value == STATUS_DRIVER_OK && now == STATUS_FEATURES_OK)
		start(transport);
	else if (is_next_step(transport, now, value))
		transport->status = value;
}

static void write_driver_features(struct virtio_mmio *transport, uint32_t value)
{
	unsigned int shift;

	if (transport->status != STATUS_DRIVER)
		return;
	if (transport->driver_features_sel > 1) {
		transport->features_out_of_range |= value != 0;
		return;
	}
	shift = transport->driver_features_sel * 32;
	transport->driver_features &= ~(0xffffffffull << shift);
	transport->driver_features |= (uint64_t)value << shift;
}

static void notify(struct virtio_mmio *transport, uint32_t index)
{
	if (index >= transport->device.nr_queues)
		return;
	if (transport->status == STATUS_DRIVER_OK)
		serve(transport, index);
	else if (transport->status == STATUS_FEATURES_OK)
		transport->queues[index].notified_early = true;
}

static struct queue *selected_queue(struct virtio_mmio *transport)
{
	if (transport->queue_sel >= transport->device.nr_queues)
		return NULL;
	return &transport->queues[transport->queue_sel];
}

static void set_low(gpa_t *gpa, uint32_t value)
{
	gpa->value = (gpa->value & ~0xffffffffull) | value;
}

static void set_high(gpa_t *gpa, uint32_t value)
{
	gpa->value = (gpa->value & 0xffffffffull) | (uint64_t)value << 32;
}

static void write_layout(struct virtqueue_layout *layout, uint64_t reg, uint32_t value)
{
	switch (reg) {
	case VIRTIO_MMIO_QUEUE_NUM:
		layout->size = value;
		break;
	case VIRTIO_MMIO_QUEUE_DESC_LOW:
		set_low(&layout->desc, value);
		break;
	case VIRTIO_MMIO_QUEUE_DESC_HIGH:
		set_high(&layout->desc, value);
		break;
	case VIRTIO_MMIO_QUEUE_AVAIL_LOW:
		set_low(&layout->driver, value);
		break;
	case VIRTIO_MMIO_QUEUE_AVAIL_HIGH:
		set_high(&layout->driver, value);
		break;
	case VIRTIO_MMIO_QUEUE_USED_LOW:
		set_low(&layout->device, value);
		break;
	case VIRTIO_MMIO_QUEUE_USED_HIGH:
		set_high(&layout->device, value);
		break;
	default:
		break;
	}
}

/* a queue can be set up between FEATURES_OK and DRIVER_OK, while it is not ready */
static void write_queue(struct virtio_mmio *transport, uint64_t reg, uint32_t value)
{
	struct queue *queue = selected_queue(transport);

	if (!queue || transport->status != STATUS_FEATURES_OK)
		return;
	if (reg == VIRTIO_MMIO_QUEUE_READY)
		queue->ready = value & 1;
	else if (!queue->ready)
		write_layout(&queue->layout, reg, value);
}

static void write_register(struct virtio_mmio *transport, uint64_t reg, uint32_t value)
{
	switch (reg) {
	case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
		transport->device_features_sel = value;
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
		transport->driver_features_sel = value;
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES:
		write_driver_features(transport, value);
		break;
	case VIRTIO_MMIO_QUEUE_SEL:
		transport->queue_sel = value;
		break;
	case VIRTIO_MMIO_QUEUE_NOTIFY:
		notify(transport, value);
		break;
	case VIRTIO_MMIO_STATUS:
		write_status(transport, value);
		break;
	default:
		write_queue(transport, reg, value);
		break;
	}
}

static uint32_t read_device_features(const struct virtio_mmio *transport)
{
	if (transport->device_features_sel > 1)
		return 0;
	return (uint32_t)(offered_features(transport) >> (transport->device_features_sel * 32));
}

static uint32_t read_register(struct virtio_mmio *transport, uint64_t reg)
{
	const struct queue *queue = selected_queue(transport);

	switch (reg) {
	case VIRTIO_MMIO_MAGIC_VALUE:
		return MMIO_MAGIC;
	case VIRTIO_MMIO_VERSION:
		return MMIO_VERSION;
	case VIRTIO_MMIO_DEVICE_ID:
		return transport->device.id;
	case VIRTIO_MMIO_VENDOR_ID:
		return MMIO_VENDOR;
	case VIRTIO_MMIO_DEVICE_FEATURES:
		return read_device_features(transport);
	case VIRTIO_MMIO_QUEUE_NUM_MAX:
		return queue ? transport->device.queue_size : 0;
	case VIRTIO_MMIO_QUEUE_READY:
		return queue ? queue->ready : 0;
	case VIRTIO_MMIO_STATUS:
		return transport->status;
	case VIRTIO_MMIO_SHM_LEN_LOW:
	case VIRTIO_MMIO_SHM_LEN_HIGH:
	case VIRTIO_MMIO_SHM_BASE_LOW:
	case VIRTIO_MMIO_SHM_BASE_HIGH:
		/* a length of -1: the shared memory region does not exist (4.2.2) */
		return UINT32_MAX;
	case VIRTIO_MMIO_CONFIG_GENERATION:
		return transport->config_generation;
	default:
		return 0;
	}
}

static void read_config(const struct virtio_mmio *transport, uint64_t offset, uint8_t *data,
			unsigned int len)
{
	for (unsigned int i = 0; i < len; i++)
		data[i] = offset + i < transport->device.config_size ? transport->config[offset + i]
								     : 0;
}

static bool is_register(uint64_t offset, unsigned int len)
{
	return offset < VIRTIO_MMIO_CONFIG && len == REGISTER_SIZE && offset % REGISTER_SIZE == 0;
}

static void bus_read(void *dev, uint64_t offset, void *data, unsigned int len)
{
	struct virtio_mmio *transport = dev;

	if (offset == VIRTIO_MMIO_INTERRUPT_STATUS && len == REGISTER_SIZE) {
		put_le32(data, atomic_load(&transport->interrupt_status));
		return;
	}
	pthread_mutex_lock(&transport->lock);
	if (offset >= VIRTIO_MMIO_CONFIG)
		read_config(transport, offset - VIRTIO_MMIO_CONFIG, data, len);
	else if (is_register(offset, len))
		put_le32(data, read_register(transport, offset));
	else
		memset(data, 0xff, len);
	pthread_mutex_unlock(&transport->lock);
}

static void bus_write(void *dev, uint64_t offset, const void *data, unsigned int len)
{
	struct virtio_mmio *transport = dev;

	if (!is_register(offset, len))
		return;
	if (offset == VIRTIO_MMIO_INTERRUPT_ACK) {
		atomic_fetch_and(&transport->interrupt_status, ~get_le32(data));
		return;
	}
	pthread_mutex_lock(&transport->lock);
	write_register(transport, offset, get_le32(data));
	pthread_mutex_unlock(&transport->lock);
}

static const struct bus_ops virtio_mmio_ops = { .read = bus_read, .write = bus_write };

int virtio_mmio_attach(struct virtio_mmio *transport, struct bus *mmio, uint64_t base)
{
	return bus_add(mmio, base, VIRTIO_MMIO_SIZE, &virtio_mmio_ops, transport);
}

void virtio_mmio_set_config(struct virtio_mmio *transport, const void *config)
{
	pthread_mutex_lock(&transport->lock);
	memcpy(transport->config, config, transport->device.config_size);
	transport->config_generation++;
	if (transport->status == STATUS_DRIVER_OK)
		interrupt(transport, VIRTIO_MMIO_INT_CONFIG);
	pthread_mutex_unlock(&transport->lock);
}
