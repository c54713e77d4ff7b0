/* _text.c: the functions of mobius_core._sieve from numbers to text and back. */
#include "_binding.h"

static PyObject *sieve_int2int_width(PyObject *module, PyObject *args)
{
    (void)module;
    Py_ssize_t moduli;
    if (!PyArg_ParseTuple(args, "n:int2int_width", &moduli))
        return NULL;
    if (moduli < 0 || moduli > UINT16_MAX) {
        PyErr_SetString(PyExc_ValueError, "moduli must be 0 to 65535 in number");
        return NULL;
    }
    return PyLong_FromSize_t(mobius_int2int_width((size_t)moduli));
}

/* The buffers of one row a label: residues (rows, moduli), moduli and labels. */
typedef struct row_buffers {
    Py_buffer residues, moduli, labels;
} row_buffers;

static void release_rows(row_buffers *rows)
{
    PyBuffer_Release(&rows->residues);
    PyBuffer_Release(&rows->moduli);
    PyBuffer_Release(&rows->labels);
}

static bool get_rows(PyObject *residues, PyObject *moduli, PyObject *labels, bool writable,
                     row_buffers *rows)
{
    if (!get_buffer(moduli, &rows->moduli, "moduli", "uint16", "H", 2, false))
        return false;
    if (!get_buffer(labels, &rows->labels, "labels", "int8", "b", 1, writable))
        goto release_moduli;
    if (!get_buffer(residues, &rows->residues, "residues", "uint16", "H", 2, writable))
        goto release_labels;
    if (rows->labels.len * (rows->moduli.len / 2) == rows->residues.len / 2)
        return true;
    PyErr_Format(PyExc_ValueError, "residues has %zd elements, not %zd rows of %zd",
                 rows->residues.len / 2, rows->labels.len, rows->moduli.len / 2);
    PyBuffer_Release(&rows->residues);
release_labels:
    PyBuffer_Release(&rows->labels);
release_moduli:
    PyBuffer_Release(&rows->moduli);
    return false;
}

static PyObject *sieve_write_int2int(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *residues, *moduli, *labels, *out_object, *result = NULL;
    row_buffers rows;
    Py_buffer out;
    if (!PyArg_ParseTuple(args, "OOOO:write_int2int", &residues, &moduli, &labels, &out_object) ||
        !get_rows(residues, moduli, labels, false, &rows))
        return NULL;
    if (!get_buffer(out_object, &out, "out", "uint8", "B", 1, true))
        goto release;
    size_t columns = (size_t)rows.moduli.len / 2, count = (size_t)rows.labels.len, length = 0;
    if ((size_t)out.len / mobius_int2int_width(columns) < count) {
        PyErr_Format(PyExc_ValueError, "out has %zd bytes, fewer than %zu lines may need", out.len,
                     count);
    } else {
        mobius_status status;
        Py_BEGIN_ALLOW_THREADS
        status = mobius_int2int_write(rows.residues.buf, count, rows.moduli.buf, columns,
                                      rows.labels.buf, out.buf, &length);
        Py_END_ALLOW_THREADS
        if (status == MOBIUS_OK)
            result = PyLong_FromSize_t(length);
        else
            result_of(status);
    }
    PyBuffer_Release(&out);
release:
    release_rows(&rows);
    return result;
}

static PyObject *sieve_read_int2int(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *text_object, *residues, *moduli, *labels, *result = NULL;
    row_buffers rows;
    Py_buffer text;
    if (!PyArg_ParseTuple(args, "OOOO:read_int2int", &text_object, &moduli, &residues, &labels) ||
        !get_rows(residues, moduli, labels, true, &rows))
        return NULL;
    if (!get_buffer(text_object, &text, "text", "uint8", "B", 1, false))
        goto release;
    size_t found = 0, bytes = 0;
    mobius_status status;
    Py_BEGIN_ALLOW_THREADS
    status = mobius_int2int_read(text.buf, (size_t)text.len, rows.moduli.buf,
                                 (size_t)rows.moduli.len / 2, (size_t)rows.labels.len,
                                 rows.residues.buf, rows.labels.buf, &found, &bytes);
    Py_END_ALLOW_THREADS
    if (status == MOBIUS_OK)
        result = Py_BuildValue("nn", (Py_ssize_t)found, (Py_ssize_t)bytes);
    else
        result_of(status);
    PyBuffer_Release(&text);
release:
    release_rows(&rows);
    return result;
}

static PyObject *sieve_read_numbers(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *text_object, *n_object, *result;
    Py_buffer text, n;
    if (!PyArg_ParseTuple(args, "OO:read_numbers", &text_object, &n_object) ||
        !get_buffer(text_object, &text, "text", "uint8", "B", 1, false))
        return NULL;
    if (!get_numbers(n_object, &n, "n", true)) {
        PyBuffer_Release(&text);
        return NULL;
    }
    size_t count, bytes;
    Py_BEGIN_ALLOW_THREADS
    bytes = mobius_read_numbers(text.buf, (size_t)text.len, n.buf, (size_t)n.len / 8, &count);
    Py_END_ALLOW_THREADS
    result = Py_BuildValue("nn", (Py_ssize_t)count, (Py_ssize_t)bytes);
    PyBuffer_Release(&n);
    PyBuffer_Release(&text);
    return result;
}

static PyObject *sieve_write_values(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *n_object, *mu_object, *out_object, *result = NULL;
    Py_buffer n, mu, out;
    if (!PyArg_ParseTuple(args, "OOO:write_values", &n_object, &mu_object, &out_object) ||
        !get_numbers(n_object, &n, "n", false))
        return NULL;
    if (!get_buffer(mu_object, &mu, "mu", "int8", "b", 1, false))
        goto release_n;
    if (!get_buffer(out_object, &out, "out", "uint8", "B", 1, true))
        goto release_mu;
    if (mu.len != n.len / 8 || out.len / MOBIUS_VALUE_WIDTH < mu.len) {
        PyErr_Format(PyExc_ValueError, "%zd numbers, %zd values and %zd bytes of out do not fit",
                     n.len / 8, mu.len, out.len);
    } else {
        size_t length;
        Py_BEGIN_ALLOW_THREADS
        length = mobius_write_values(n.buf, mu.buf, (size_t)mu.len, out.buf);
        Py_END_ALLOW_THREADS
        result = PyLong_FromSize_t(length);
    }
    PyBuffer_Release(&out);
release_mu:
    PyBuffer_Release(&mu);
release_n:
    PyBuffer_Release(&n);
    return result;
}

PyDoc_STRVAR(int2int_width_doc, "int2int_width($module, moduli, /)\n--\n\n"
                                "Bytes of out that a line of so many moduli may need.");
PyDoc_STRVAR(write_int2int_doc,
             "write_int2int($module, residues, moduli, labels, out, /)\n--\n\n"
             "Fill out (uint8) with a line a row; the bytes written.");
PyDoc_STRVAR(read_int2int_doc,
             "read_int2int($module, text, moduli, residues, labels, /)\n--\n\n"
             "Fill residues and labels from text; (rows, bytes) read before a bad line or the end.");
PyDoc_STRVAR(read_numbers_doc, "read_numbers($module, text, n, /)\n--\n\n"
                               "Fill n from lines of digits; (numbers, bytes) read.");
PyDoc_STRVAR(write_values_doc, "write_values($module, n, mu, out, /)\n--\n\n"
                               "Fill out (uint8) with \"n mu\" lines; the bytes written.");

PyMethodDef text_methods[] = {
    {"int2int_width", sieve_int2int_width, METH_VARARGS, int2int_width_doc},
    {"write_int2int", sieve_write_int2int, METH_VARARGS, write_int2int_doc},
    {"read_int2int", sieve_read_int2int, METH_VARARGS, read_int2int_doc},
    {"read_numbers", sieve_read_numbers, METH_VARARGS, read_numbers_doc},
    {"write_values", sieve_write_values, METH_VARARGS, write_values_doc},
    {NULL, NULL, 0, NULL},
};
