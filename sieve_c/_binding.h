/* _binding.h: what the files of the Python module share; only files that begin with _ know Python. */
#ifndef MOBIUS_BINDING_H
#define MOBIUS_BINDING_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "mobius.h"

#include <stdbool.h>

/* Functions from numbers to text and back, in _text.c. */
extern PyMethodDef text_methods[];

/* Whether a struct-module format is the one native integer of this code, or of its alias
 * (uint64 is L or Q by platform and library). */
static inline bool has_format(const char *format, const char *codes)
{
    if (format == NULL)
        format = "B";
#if PY_LITTLE_ENDIAN
    if (*format == '<')
        format++;
#endif
    if (*format == '@' || *format == '=')
        format++;
    return *format != '\0' && format[1] == '\0' && strchr(codes, *format) != NULL;
}

/* Fills view with object's buffer of the given element type, or sets an exception. */
static inline bool get_buffer(PyObject *object, Py_buffer *view, const char *name, const char *type,
                       const char *codes, Py_ssize_t itemsize, bool writable)
{
    int flags = PyBUF_FORMAT | PyBUF_ND | (writable ? PyBUF_WRITABLE : 0);
    if (PyObject_GetBuffer(object, view, flags) < 0)
        return false;
    if (view->itemsize == itemsize && has_format(view->format, codes))
        return true;
    PyErr_Format(PyExc_TypeError, "%s must be a buffer of %s, not of format '%s'", name, type,
                 view->format == NULL ? "B" : view->format);
    PyBuffer_Release(view);
    return false;
}

static inline bool get_numbers(PyObject *object, Py_buffer *view, const char *name, bool writable)
{
    return get_buffer(object, view, name, "uint64", "LQ", 8, writable);
}

/* None, or the exception of a status. */
static inline PyObject *result_of(mobius_status status)
{
    if (status == MOBIUS_OK)
        Py_RETURN_NONE;
    if (status == MOBIUS_NO_MEMORY)
        return PyErr_NoMemory();
    PyErr_SetString(PyExc_ValueError, mobius_message(status));
    return NULL;
}

#endif
